namespace RxGlisten;

/// <summary>Frames that say their length in front.</summary>
internal readonly struct LengthPrefixDecoder(LengthPrefix prefix, int maxLength, bool keepHeader) : IFrameDecoder<ReadOnlyMemory<byte>>
{
    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        frame = default;
        if (!prefix.TryRead(bytes.Span, maxLength, out var header, out var content))
        {
            length = header;
            return false;
        }

        length = header + content;
        if (bytes.Length < length)
            return false;
        frame = keepHeader ? bytes[..length] : bytes[header..length];
        return true;
    }
}
