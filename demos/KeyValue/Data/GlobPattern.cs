namespace RxGlisten.Demos.KeyValue;

/// <summary>Patterns as <c>KEYS</c> takes them: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[a-z]</c>, <c>[^a]</c>, and <c>\</c> before what stands for itself.</summary>
internal static class GlobPattern
{
    /// <summary>Whether the whole text is one that the pattern describes. At most the product of both lengths in steps, whatever the pattern.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        int at = 0, next = 0;
        int star = -1, covered = 0; // the last star, and up to where it covers the text
        while (next < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, covered) = (at++, next);
            }
            else if (at < pattern.Length && MatchesOne(pattern[at..], text[next], out var length))
            {
                at += length;
                next++;
            }
            else if (star >= 0)
            {
                (at, next) = (star + 1, ++covered);
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].IndexOfAnyExcept((byte)'*') < 0;
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, byte value, out int length)
    {
        length = 1;
        switch (pattern[0])
        {
            case (byte)'?':
                return true;
            case (byte)'[':
                return MatchesSet(pattern, value, out length);
            case (byte)'\\' when pattern.Length > 1:
                length = 2;
                return pattern[1] == value;
            default:
                return pattern[0] == value;
        }
    }

    private static bool MatchesSet(ReadOnlySpan<byte> pattern, byte value, out int length)
    {
        var isNegated = pattern is [_, (byte)'^', ..];
        var isFound = false;
        for (length = isNegated ? 2 : 1; length < pattern.Length && pattern[length] != ']'; length++)
        {
            if (pattern[length] == '\\' && length + 1 < pattern.Length)
                length++;
            var (first, last) = (pattern[length], pattern[length]);
            if (length + 2 < pattern.Length && pattern[length + 1] == '-' && pattern[length + 2] != ']')
            {
                last = pattern[length + 2];
                length += 2;
            }

            isFound |= value >= Math.Min(first, last) && value <= Math.Max(first, last);
        }

        length = Math.Min(length + 1, pattern.Length); // a set without an end is one that ends with the pattern
        return isFound != isNegated;
    }
}
