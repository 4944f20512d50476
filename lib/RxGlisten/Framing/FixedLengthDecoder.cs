namespace RxGlisten;

/// <summary>Frames of one length.</summary>
internal readonly struct FixedLengthDecoder(int frameLength) : IFrameDecoder<ReadOnlyMemory<byte>>
{
    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        length = frameLength;
        frame = bytes.Length < length ? default : bytes[..length];
        return bytes.Length >= length;
    }
}
