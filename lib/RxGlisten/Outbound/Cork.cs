namespace RxGlisten;

/// <summary>
/// Gathers what a delivery writes, so that it leaves as one send. It holds nothing while there is a sender. Guarded by the connection's lock;
/// what is leaving belongs to the delivering thread, which has the right to send then. A field of this type must not be readonly.
/// </summary>
/// <param name="limit">So many bytes are never gathered: under the high-water mark, so that a cork neither trips a policy nor stops reading.</param>
internal struct Cork(int limit)
{
    /// <summary>The most that is ever gathered.</summary>
    public const int MostBytes = 64 * 1024;

    private byte[]? _buffer;
    private int _gathered;
    private int _leaving;
    private int _thread; // 0: nobody is delivering

    [ThreadStatic]
    private static byte[]? t_buffer;

    /// <summary>Whether this thread is the one that delivers.</summary>
    public readonly bool IsOfThisThread => _thread == Environment.CurrentManagedThreadId;

    /// <summary>What was gathered.</summary>
    public readonly ReadOnlySpan<byte> Gathered => _buffer.AsSpan(0, _gathered);

    /// <summary>What was taken, to be sent by the thread that took it. Without the lock.</summary>
    public readonly ReadOnlySpan<byte> Leaving => _buffer.AsSpan(0, _leaving);

    /// <summary>A delivery begins on this thread.</summary>
    public void Begin() => _thread = Environment.CurrentManagedThreadId;

    /// <summary>It is over; what was gathered is still to leave.</summary>
    public void End() => _thread = 0;

    /// <summary>Copies the message, unless it would be too much.</summary>
    public bool TryGather(ReadOnlySpan<byte> message)
    {
        if (_gathered + message.Length >= limit)
            return false;
        if (_buffer is null)
        {
            _buffer = t_buffer ?? GC.AllocateUninitializedArray<byte>(MostBytes);
            t_buffer = null; // a delivery inside this one finds none and makes its own
        }

        message.CopyTo(_buffer.AsSpan(_gathered));
        _gathered += message.Length;
        return true;
    }

    /// <summary>What was gathered becomes what is leaving. By the delivering thread.</summary>
    public void Take()
    {
        _leaving = _gathered;
        _gathered = 0;
    }

    /// <summary>What was gathered went elsewhere, or is not wanted any more.</summary>
    public void Clear() => _gathered = 0;

    /// <summary>What was leaving is gone. By the thread that sent it, without the lock.</summary>
    public void Left() => _leaving = 0;

    /// <summary>The delivery is over and all has left: the buffer is the thread's again. Without the lock.</summary>
    public void GiveBack()
    {
        if (_buffer is not { } buffer)
            return;
        _buffer = null;
        t_buffer = buffer;
    }
}
