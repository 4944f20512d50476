namespace RxGlisten.Demos.Http;

/// <summary>A body of a length that was announced.</summary>
internal sealed class LengthBodyDecoder(long length) : IBodyDecoder
{
    private long _left = length;

    public bool IsOver => _left == 0;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame, out int length)
    {
        length = (int)Math.Min(_left, bytes.Length);
        frame = bytes[..length];
        _left -= length;
        return true;
    }
}
