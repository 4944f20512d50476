using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>
/// The TLS handshakes of a listener: at most so many at a time, each for at most so long, on nobody's accept loop. An acceptor that comes while all places are taken gets that
/// of the oldest handshake, if it is old enough to be one that its peer has given up or never meant, and waits for a place otherwise. So silent clients can't
/// keep others out, and a storm of honest ones is served in turn.
/// </summary>
internal sealed class HandshakeDesk(TlsOptions options, Clock clock, ITransportExecutor executor) : IThreadPoolWorkItem
{
    // What an honest handshake takes at most, but for the worst of networks.
    private static readonly TimeSpan OldEnough = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly LinkedList<Handshake> _underway = new(); // oldest first
    private readonly Queue<Waiter<bool>> _waiting = new();
    private SingleAssignmentDisposable? _timer;
    private int _free = options.HandshakeLimit;
    private int _leaving;                                      // were cut, and have their places still
    private TimeSpan _due = TimeSpan.MaxValue;                 // when the timer fires
    private bool _ended;

    /// <summary>Gives it a place, and has it begin.</summary>
    /// <returns>Completes when there was a place, which is not long. False when there will be none, because accepting is over.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> BeginAsync(Handshake handshake)
    {
        if (!await EnterAsync().ConfigureAwait(false))
            return false;
        handshake.Started = clock.Now;
        lock (_lock)
        {
            if (_ended)
                return false;
            handshake.Place = _underway.AddLast(handshake);
        }

        executor.Post(handshake);
        Look();
        return true;
    }

    /// <summary>A handshake is over. It keeps its place until its connection is handed on, so that no more wait for that than there are places.</summary>
    public void Settle(Handshake handshake)
    {
        SingleAssignmentDisposable? timer = null;
        lock (_lock)
        {
            if (handshake.Place is { } place)
                _underway.Remove(place);
            else
                _leaving--;
            handshake.Place = null;
            if (_underway.Count == 0)
                (timer, _timer, _due) = (_timer, null, TimeSpan.MaxValue);
        }

        timer?.Dispose();
    }

    /// <summary>A place is free.</summary>
    public void Leave()
    {
        Waiter<bool>? next;
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out next))
                _free++;
        }

        next?.End(true);
    }

    /// <summary>Accepting is over: ends all that is under way, and all waits.</summary>
    public void End(CloseReason reason)
    {
        Handshake[] cut;
        Waiter<bool>[] waiting;
        lock (_lock)
        {
            _ended = true;
            cut = [.. _underway];
            foreach (var handshake in cut)
                TakeOut(handshake, reason);
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var waiter in waiting)
            waiter.End(false);
        foreach (var handshake in cut)
            handshake.Cut(reason);
    }

    /// <summary>The timer: somebody's time is over.</summary>
    public void Execute()
    {
        lock (_lock)
            _due = TimeSpan.MaxValue;
        Look();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> EnterAsync()
    {
        Waiter<bool> waiter;
        lock (_lock)
        {
            if (_ended)
                return false;
            if (_free > 0)
            {
                _free--;
                return true;
            }

            _waiting.Enqueue(waiter = new Waiter<bool>(executor));
        }

        Look();
        return await waiter.Task.ConfigureAwait(false);
    }

    /// <summary>Cuts those whose time is over, and sees to it that the timer fires for the next.</summary>
    private void Look()
    {
        List<Handshake>? cut = null;
        SingleAssignmentDisposable? stale = null, timer = null;
        var wait = TimeSpan.Zero;
        lock (_lock)
        {
            var now = clock.Now;
            while (_underway.First is { Value: var oldest })
            {
                var limit = _waiting.Count > _leaving ? Shorter(OldEnough, options.HandshakeTimeout) : options.HandshakeTimeout;
                if (limit == Timeout.InfiniteTimeSpan)
                    break;
                if (now - oldest.Started < limit)
                {
                    var due = oldest.Started + limit;
                    if (due < _due)
                    {
                        // Set off outside the lock, for the scheduler is the user's; each is one of its own, so that no late step here ends another's.
                        stale = _timer;
                        _timer = timer = new SingleAssignmentDisposable();
                        (_due, wait) = (due, due - now);
                    }

                    break;
                }

                TakeOut(oldest, ReasonFor(now - oldest.Started));
                (cut ??= []).Add(oldest);
            }
        }

        stale?.Dispose();
        if (timer is not null)
            timer.Disposable = clock.After(wait, executor, this);
        if (cut is null)
            return;
        foreach (var handshake in cut)
            handshake.Cut(handshake.Cause!); // it was taken out above, for a reason
    }

    private void TakeOut(Handshake handshake, CloseReason cause)
    {
        handshake.Cause = cause;
        _underway.Remove(handshake.Place!); // under way: the callers found it there, in this lock
        handshake.Place = null;
        _leaving++;
    }

    private CloseReason ReasonFor(TimeSpan age) => age >= options.HandshakeTimeout && options.HandshakeTimeout != Timeout.InfiniteTimeSpan
        ? new CloseReason(CloseKind.ProtocolError, $"The TLS handshake was not over after {options.HandshakeTimeout}.", new TimeoutException("The TLS handshake took too long."))
        : new CloseReason(CloseKind.ProtocolError, $"The TLS handshake gave way to another after {age}: {options.HandshakeLimit} were under way.", null);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => b == Timeout.InfiniteTimeSpan || a < b ? a : b;
}
