using System.Buffers;

namespace RxGlisten;

/// <summary>
/// The bytes on their way in one direction, at most a window of them; holds no memory while there are none. Not thread-safe.
/// </summary>
internal sealed class MemoryPipe(int windowBytes)
{
    private byte[] _ring = [];
    private int _start;

    public int Count { get; private set; }

    /// <summary>Takes as much of the data as there is room for.</summary>
    public int Write(ReadOnlySpan<byte> data)
    {
        var taken = Math.Min(data.Length, windowBytes - Count);
        if (taken == 0) return 0;
        if (_ring.Length < Count + taken) Grow(Count + taken);
        var end = (int)(((long)_start + Count) % _ring.Length);
        var first = Math.Min(taken, _ring.Length - end);
        data[..first].CopyTo(_ring.AsSpan(end));
        data[first..taken].CopyTo(_ring);
        Count += taken;
        return taken;
    }

    /// <summary>Gives as much as fits.</summary>
    public int Read(Span<byte> target)
    {
        var given = Copy(target);
        Count -= given;
        if (Count == 0) Clear();
        else _start = (int)(((long)_start + given) % _ring.Length);
        return given;
    }

    /// <summary>Destroys what is on its way.</summary>
    public void Clear()
    {
        if (_ring.Length > 0) ArrayPool<byte>.Shared.Return(_ring);
        _ring = [];
        _start = Count = 0;
    }

    private int Copy(Span<byte> target)
    {
        var given = Math.Min(target.Length, Count);
        var first = Math.Min(given, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(target);
        _ring.AsSpan(0, given - first).CopyTo(target[first..]);
        return given;
    }

    private void Grow(int needed)
    {
        // Twice what is needed, within the window: a window filled byte by byte is copied a few times and not each time.
        var ring = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * needed, windowBytes));
        var kept = Copy(ring);
        Clear();
        (_ring, Count) = (ring, kept);
    }
}
