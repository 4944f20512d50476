namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>A decoder of one's own: <c>5:hello,</c>. It tells the length of an incomplete frame, or does not.</summary>
internal sealed class Netstrings(bool tells, bool keeps = true) : IFrameDecoder<ReadOnlyMemory<byte>>
{
    public bool KeepsBytes => keeps;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        frame = default;
        length = 0;
        var span = bytes.Span;
        var content = 0;
        for (var i = 0; i < span.Length; i++)
        {
            if (span[i] == ':' && i > 0)
            {
                length = i + 1 + content + 1;
                if (span.Length < length)
                {
                    length = tells ? length : 0;
                    return false;
                }

                if (span[length - 1] != ',')
                    throw new ProtocolException("A comma was expected.");
                frame = bytes.Slice(i + 1, content);
                if (!keeps)
                    frame = frame.ToArray();
                return true;
            }

            if (!char.IsAsciiDigit((char)span[i]))
                throw new ProtocolException("A digit was expected.");
            if (i == 3)
                throw new FrameTooLargeException(999);
            content = (content * 10) + span[i] - '0';
        }

        return false;
    }
}
