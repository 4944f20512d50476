using System.Buffers;

namespace RxGlisten;

/// <summary>Where a frame is written: a rented buffer, which is there only from the first byte until the frame is handed on.</summary>
internal sealed class FrameWriter : IBufferWriter<byte>
{
    private const int SmallestBuffer = 256;

    private byte[] _buffer = [];
    private int _length;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <summary>Forgets what was written, and gives the buffer back.</summary>
    public void Clear()
    {
        if (_buffer.Length > 0)
            ReceiveMemory.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = checked(_length + Math.Max(sizeHint, 1));
        if (needed <= _buffer.Length)
            return;
        var larger = ReceiveMemory.Rent(Math.Max(needed, SmallestBuffer)); // the pool's sizes double
        Written.Span.CopyTo(larger);
        if (_buffer.Length > 0)
            ReceiveMemory.Return(_buffer);
        _buffer = larger;
    }
}
