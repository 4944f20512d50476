namespace RxGlisten;

/// <summary>Frames that end by the first occurrence of a delimiter, which is not part of them.</summary>
internal struct DelimiterDecoder(byte[] delimiter, int maxLength) : IPacketDecoder<ReadOnlyMemory<byte>>
{
    private int _searched; // no delimiter begins in so many bytes of the frame

    public bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        var content = bytes[_searched..].IndexOf(delimiter);
        if (content < 0)
        {
            _searched = Math.Max(0, bytes.Length - delimiter.Length + 1);
            if (_searched > maxLength)
                throw new FrameTooLargeException(maxLength);
            frame = default;
            length = 0;
            return false;
        }

        content += _searched;
        _searched = 0;
        if (content > maxLength)
            throw new FrameTooLargeException(maxLength);
        frame = packet.Slice(at, content);
        length = content + delimiter.Length;
        return true;
    }
}
