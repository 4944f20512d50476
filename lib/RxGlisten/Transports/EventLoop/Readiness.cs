namespace RxGlisten;

/// <summary>
/// Whether one direction of a descriptor is ready, or somebody awaits that it is. Edges are told once, so none may be lost: who tries a call takes the
/// readiness first, and an edge that comes meanwhile puts it back. A field of this type must not be readonly.
/// </summary>
internal struct Readiness
{
    private const int Unknown = 0; // not ready, as far as was told
    private const int Ready = 1;
    private const int Awaited = 2;

    private int _state;

    /// <summary>Whether somebody awaits it.</summary>
    public bool IsAwaited => Volatile.Read(ref _state) == Awaited;

    /// <summary>An edge, or a look at what may have been missed: true when it was awaited, and the caller is to try.</summary>
    public bool Signal()
    {
        while (true)
        {
            if (Interlocked.CompareExchange(ref _state, Unknown, Awaited) == Awaited)
                return true;
            if (Interlocked.CompareExchange(ref _state, Ready, Unknown) != Awaited)
                return false;
        }
    }

    /// <summary>Somebody tries without being told to: from here on an edge counts anew.</summary>
    public void Take() => Volatile.Write(ref _state, Unknown);

    /// <summary>There may be more: the next one who awaits it need not wait for an edge.</summary>
    public void Keep() => Interlocked.CompareExchange(ref _state, Ready, Unknown);

    /// <summary>Awaits it; true when it is ready already, and nothing else will say so.</summary>
    public bool Await() => Interlocked.Exchange(ref _state, Awaited) == Ready;
}
