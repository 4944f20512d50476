namespace RxGlisten;

/// <summary>
/// One subscriber at a time. Who comes while the subscriber is being called is parked, and takes over if the seat is empty when the
/// call returns. Not thread-safe: its owner calls everything under one lock, and makes the calls themselves outside it.
/// </summary>
internal sealed class SubscriberSeat<T>
{
    private Subscriber<T>? _parked;
    private bool _leftInsideCall;
    private int _caller; // the thread inside the subscriber's call; 0 is nobody's id

    /// <summary>Who is called next.</summary>
    public Subscriber<T>? Current { get; private set; }

    /// <summary>
    /// Whether there is, or may be when the running call returns, somebody to call: Rx's <c>Concat</c> leaves before it comes again.
    /// </summary>
    public bool IsWanted => Current is not null || _parked is not null || _leftInsideCall;

    /// <summary>Whether the newcomer is seated or parked.</summary>
    public bool TryEnter(Subscriber<T> newcomer)
    {
        if (Current is null && _parked is null)
        {
            Current = newcomer;
            return true;
        }

        // The seat of a parked subscriber is kept. Who comes during a call is parked whatever its thread: Rx's operators complete first and leave
        // then, so that it may come of a call whose subscriber is about to be gone.
        if (_parked is not null || _caller == 0) return false;
        _parked = newcomer;
        return true;
    }

    public void Leave(Subscriber<T> subscriber)
    {
        if (Current == subscriber)
        {
            Current = null;
            _leftInsideCall = _caller == Environment.CurrentManagedThreadId;
        }
        else if (_parked == subscriber)
        {
            _parked = null;
        }
    }

    /// <summary>The owner is about to call <see cref="Current"/> on this thread.</summary>
    public void BeginCall() => _caller = Environment.CurrentManagedThreadId;

    /// <summary>The call has returned.</summary>
    /// <returns>The parked subscriber, when the seat is not empty: it gets the error.</returns>
    public Subscriber<T>? EndCall()
    {
        _caller = 0;
        _leftInsideCall = false;
        Subscriber<T>? parked = _parked;
        _parked = null;
        if (parked is null || Current is not null) return parked;
        Current = parked;
        return null;
    }
}
