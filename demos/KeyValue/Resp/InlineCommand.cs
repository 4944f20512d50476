namespace RxGlisten.Demos.KeyValue;

/// <summary>A line as one types it: words between blanks, those with blanks in quotes, in double ones with <c>\n</c>, <c>\x41</c> and the like.</summary>
internal static class InlineCommand
{
    /// <summary>Takes a line apart.</summary>
    /// <param name="line">Without its line feed.</param>
    public static Command Parse(ReadOnlySpan<byte> line)
    {
        var words = new List<Range>();
        var text = new byte[line.Length]; // no escape is shorter than what it stands for
        var length = 0;
        for (var at = 0; ; )
        {
            while (at < line.Length && IsBlank(line[at]))
                at++;
            if (at == line.Length)
                return new Command(text, [.. words]);
            var start = length;
            while (at < line.Length && !IsBlank(line[at]))
            {
                if (line[at] is (byte)'"' or (byte)'\'')
                    ReadQuoted(line, ref at, text, ref length);
                else
                    text[length++] = line[at++];
            }

            words.Add(start..length);
        }
    }

    private static void ReadQuoted(ReadOnlySpan<byte> line, ref int at, byte[] text, ref int length)
    {
        var quote = line[at++];
        while (at < line.Length && line[at] != quote)
            text[length++] = line[at] == '\\' ? Unescape(line, ref at, quote) : line[at++];
        if (at == line.Length || (at + 1 < line.Length && !IsBlank(line[at + 1])))
            throw new ProtocolException("unbalanced quotes in request");
        at++;
    }

    private static byte Unescape(ReadOnlySpan<byte> line, ref int at, byte quote)
    {
        var rest = line[(at + 1)..];
        if (quote == '\'')
        {
            at += rest is [(byte)'\'', ..] ? 2 : 1;
            return rest is [(byte)'\'', ..] ? quote : (byte)'\\';
        }

        if (rest is [(byte)'x', var high, var low, ..] && char.IsAsciiHexDigit((char)high) && char.IsAsciiHexDigit((char)low))
        {
            at += 4;
            return Convert.FromHexString([(char)high, (char)low])[0];
        }

        if (rest.IsEmpty)
            throw new ProtocolException("unbalanced quotes in request");
        at += 2;
        return rest[0] switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'a' => (byte)'\a',
            var other => other,
        };
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or 0;
}
