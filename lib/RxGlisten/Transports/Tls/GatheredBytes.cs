using System.Buffers;

namespace RxGlisten;

/// <summary>Gathers pieces into one rented buffer, so that small ones are encrypted together.</summary>
internal ref struct GatheredBytes(int size)
{
    private byte[]? _buffer;
    private int _count;

    public readonly bool IsEmpty => _count == 0;

    public readonly bool IsFull => _count == size;

    /// <summary>Copies as much as fits, and says how much that is.</summary>
    public int Add(ReadOnlySpan<byte> piece)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(size);
        var count = Math.Min(piece.Length, size - _count);
        piece[..count].CopyTo(_buffer.AsSpan(_count));
        _count += count;
        return count;
    }

    /// <summary>What was gathered; the next piece begins anew.</summary>
    public ReadOnlySpan<byte> TakeAll()
    {
        var all = _buffer.AsSpan(0, _count);
        _count = 0;
        return all;
    }

    /// <summary>Gives the buffer back.</summary>
    public readonly void GiveBack()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
    }
}
