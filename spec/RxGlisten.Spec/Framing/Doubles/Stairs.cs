namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>A decoder with state: frames of one byte, two, three, and again.</summary>
internal sealed class Stairs : IFrameDecoder<ReadOnlyMemory<byte>>
{
    private int _length = 1;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        frame = default;
        length = _length;
        if (bytes.Length < length)
            return false;
        frame = bytes[..length];
        _length = (_length % 3) + 1;
        return true;
    }
}
