namespace RxGlisten;

/// <summary>Frames that end by the first occurrence of a delimiter, which is not part of them.</summary>
internal struct DelimiterDecoder(byte[] delimiter, int maxLength) : IFrameDecoder<ReadOnlyMemory<byte>>
{
    private int _searched; // no delimiter begins in so many bytes of the frame

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        var span = bytes.Span;
        var at = span[_searched..].IndexOf(delimiter);
        if (at < 0)
        {
            _searched = Math.Max(0, span.Length - delimiter.Length + 1);
            if (_searched > maxLength)
                throw new FrameTooLargeException(maxLength);
            frame = default;
            length = 0;
            return false;
        }

        at += _searched;
        _searched = 0;
        if (at > maxLength)
            throw new FrameTooLargeException(maxLength);
        frame = bytes[..at];
        length = at + delimiter.Length;
        return true;
    }
}
