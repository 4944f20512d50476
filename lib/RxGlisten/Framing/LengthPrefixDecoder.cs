namespace RxGlisten;

/// <summary>Frames that say their length in front.</summary>
internal readonly struct LengthPrefixDecoder(LengthPrefix prefix, int maxLength, bool keepHeader) : IPacketDecoder<ReadOnlyMemory<byte>>
{
    public bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        frame = default;
        if (!prefix.TryRead(bytes, maxLength, out var header, out var content))
        {
            length = header;
            return false;
        }

        length = header + content;
        if (bytes.Length < length)
            return false;
        frame = keepHeader ? packet.Slice(at, length) : packet.Slice(at + header, content);
        return true;
    }
}
