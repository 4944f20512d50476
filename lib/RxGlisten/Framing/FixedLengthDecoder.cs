namespace RxGlisten;

/// <summary>Frames of one length.</summary>
internal readonly struct FixedLengthDecoder(int frameLength) : IPacketDecoder<ReadOnlyMemory<byte>>
{
    public bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        length = frameLength;
        frame = bytes.Length < length ? default : packet.Slice(at, length);
        return bytes.Length >= length;
    }
}
