namespace RxGlisten;

/// <summary>Lines as their bytes, without what ends them.</summary>
internal struct LineDecoder(int maxLength) : IFrameDecoder<ReadOnlyMemory<byte>>
{
    private int _searched; // so many bytes of the line hold no line feed

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        var isLine = TryFind(bytes.Span, out var content, out length);
        frame = bytes[..content];
        return isLine;
    }

    /// <summary>Finds the end of the line.</summary>
    /// <param name="bytes">From the beginning of the line.</param>
    /// <param name="content">The length of the line.</param>
    /// <param name="length">... with its end.</param>
    public bool TryFind(ReadOnlySpan<byte> bytes, out int content, out int length)
    {
        var at = bytes[_searched..].IndexOf((byte)'\n');
        if (at < 0)
        {
            // A carriage return may turn out to be part of the end.
            if (bytes.Length - (bytes is [.., (byte)'\r'] ? 1 : 0) > maxLength)
                throw new FrameTooLargeException(maxLength);
            _searched = bytes.Length;
            content = length = 0;
            return false;
        }

        at += _searched;
        _searched = 0;
        content = at > 0 && bytes[at - 1] == '\r' ? at - 1 : at;
        if (content > maxLength)
            throw new FrameTooLargeException(maxLength);
        length = at + 1;
        return true;
    }
}
