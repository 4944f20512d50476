namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>Decoders of whole inputs, as simple as they can be: what the library's are held against.</summary>
internal static class Reference
{
    public static Outcome Lines(byte[] bytes, int max, Func<byte[], string> text)
    {
        List<string> frames = [];
        List<byte> line = [];
        foreach (var b in bytes)
        {
            if (b != '\n')
            {
                line.Add(b);
                continue;
            }

            if (line is [.., (byte)'\r'])
                line.RemoveAt(line.Count - 1);
            if (line.Count > max)
                return new(frames, Outcome.TooLarge);
            frames.Add(text([.. line]));
            line.Clear();
        }

        return new(frames, line.Count - (line is [.., (byte)'\r'] ? 1 : 0) > max ? Outcome.TooLarge : Open(line.Count));
    }

    public static Outcome Delimited(byte[] bytes, byte[] delimiter, int max)
    {
        List<string> frames = [];
        List<byte> frame = [];
        foreach (var b in bytes)
        {
            frame.Add(b);
            var isEnd = frame.Count >= delimiter.Length && frame.TakeLast(delimiter.Length).SequenceEqual(delimiter);
            // A byte is known to be of the frame when no delimiter can begin at it any more.
            if ((isEnd ? frame.Count - delimiter.Length : frame.Count - delimiter.Length + 1) > max)
                return new(frames, Outcome.TooLarge);
            if (!isEnd)
                continue;
            frames.Add(Outcome.Text([.. frame.SkipLast(delimiter.Length)]));
            frame.Clear();
        }

        return new(frames, Open(frame.Count));
    }

    public static Outcome FixedLength(byte[] bytes, int length)
    {
        List<string> frames = [];
        for (; bytes.Length >= length; bytes = bytes[length..])
            frames.Add(Outcome.Text(bytes.AsSpan(..length)));
        return new(frames, Open(bytes.Length));
    }

    public static Outcome LengthPrefixed(byte[] bytes, PrefixFormat format, int max, bool keepHeader)
    {
        List<string> frames = [];
        while (bytes.Length > 0)
        {
            var header = format.HeaderLength(bytes);
            if (header == 0)
                return new(frames, bytes.Length >= 10 ? Outcome.Broken : Open(bytes.Length));
            if (format.Number(bytes[..header]) is not { } number)
                return new(frames, Outcome.Broken);
            var content = number + format.Adjustment - (format.CountsItself ? header : 0);
            if (content < 0)
                return new(frames, Outcome.Broken);
            if (content > max)
                return new(frames, Outcome.TooLarge);
            var length = header + (int)content;
            if (bytes.Length < length)
                break;
            frames.Add(Outcome.Text(bytes.AsSpan((keepHeader ? 0 : header)..length)));
            bytes = bytes[length..];
        }

        return new(frames, Open(bytes.Length));
    }

    public static Outcome Netstrings(byte[] bytes)
    {
        List<string> frames = [];
        while (bytes.Length > 0)
        {
            var digits = bytes.TakeWhile(b => char.IsAsciiDigit((char)b)).Count();
            if (digits > 3)
                return new(frames, Outcome.TooLarge);
            if (digits == bytes.Length)
                break;
            if (digits == 0 || bytes[digits] != ':')
                return new(frames, Outcome.Broken);
            var content = int.Parse(Outcome.Text(bytes.AsSpan(..digits)), System.Globalization.CultureInfo.InvariantCulture);
            var length = digits + 1 + content + 1;
            if (bytes.Length < length)
                break;
            if (bytes[length - 1] != ',')
                return new(frames, Outcome.Broken);
            frames.Add(Outcome.Text(bytes.AsSpan((digits + 1)..(length - 1))));
            bytes = bytes[length..];
        }

        return new(frames, Open(bytes.Length));
    }

    public static Outcome Runs(byte[] bytes, int ahead, int max)
    {
        List<string> frames = [];
        while (bytes.Length > 0)
        {
            var run = bytes.TakeWhile(b => b == bytes[0]).Count();
            if (run > max)
                return new(frames, Outcome.TooLarge);
            if (bytes.Length < run + ahead)
                break;
            frames.Add(Outcome.Text(bytes.AsSpan(..run)));
            bytes = bytes[run..];
        }

        return new(frames, Open(bytes.Length));
    }

    public static Outcome Stairs(byte[] bytes)
    {
        List<string> frames = [];
        for (var i = 0; bytes.Length > i % 3; i++)
        {
            frames.Add(Outcome.Text(bytes.AsSpan(..((i % 3) + 1))));
            bytes = bytes[((i % 3) + 1)..];
        }

        return new(frames, Open(bytes.Length));
    }

    private static string Open(int received) => received == 0 ? Outcome.Completed : Outcome.Truncated(received);
}
