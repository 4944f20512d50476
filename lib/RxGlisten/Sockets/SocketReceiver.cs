using System.Runtime.CompilerServices;

namespace RxGlisten.Sockets;

/// <summary>
/// The receiving side of a socket. The transport's receive and the caller's are two: one that the caller gave up goes on, and what it brings is kept
/// for the next, so that no byte is lost. There is never more than one of either.
/// </summary>
internal sealed class SocketReceiver(ITransportConnection transport, SocketLife life, Clock clock, int most) : ITakesMemoryBack
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly UnreadBytes _unread = new();
    private bool _receiving;             // a caller is inside
    private bool _fetching;              // a receive of the transport is under way
    private Waiter<Wake>? _waiter;       // the caller, who waits for ...
    private int _wanted;                 // ... so many bytes
    private bool _ended;                 // the peer finished, or this side wants no more
    private CloseReason? _failure;
    private Task _fetch = Task.CompletedTask;
    private Memory<byte> _lent;          // the transport's until its receive ends
    private byte[]? _rented;             // the rented buffer behind it, if any

    private enum Wake
    {
        Ready,
        TimedOut,
        Cancelled,
    }

    /// <summary>Receives so many bytes, or whatever there is for 0.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(int count, TimeLimit limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Enter(Math.Max(1, count));
        try
        {
            if (BeginToWait() is not { } waiter)
                return Take(count);

            using var timer = limit.After(clock, transport.Executor, () => waiter.End(Wake.TimedOut));
            using var cut = cancellation.UnsafeRegister(static waiter => ((Waiter<Wake>)waiter!).End(Wake.Cancelled), waiter);
            var wake = await waiter.Task.ConfigureAwait(false);
            if (EndWaiting()) // perhaps by a moment only, whatever woke it
                return Take(count);
            throw wake == Wake.Cancelled ? new OperationCanceledException(cancellation) : TimeLimit.Exceeded();
        }
        finally
        {
            lock (_gate)
                _receiving = false;
        }
    }

    /// <summary>This side wants no more: who waits is told of the end.</summary>
    public void Finish()
    {
        Waiter<Wake>? ready;
        lock (_gate)
        {
            _ended = true;
            _unread.Clear();
            ready = TakeReady();
        }

        ready?.End(Wake.Ready);
    }

    public Memory<byte> GetMemory(int available)
    {
        var count = Math.Min(available, most);
        if (count > 0 && ReceiveMemory.IsSmall(count))
            return _lent = ReceiveMemory.Allocate(count);
        _rented = ReceiveMemory.Rent(most);
        return _lent = _rented.AsMemory(0, most);
    }

    public void TakeMemoryBack()
    {
        lock (_gate)
            TakeLent(0);
    }

    private bool IsReady => _unread.Count >= _wanted || _ended || _failure is not null;

    private void Enter(int wanted)
    {
        lock (_gate)
        {
            if (_receiving)
                throw new InvalidOperationException("A receive is under way already; await it before the next.");
            _receiving = true;
            _wanted = wanted;
        }
    }

    /// <summary>Has the transport receive, and what it gives at once is enough or not.</summary>
    /// <returns>What to wait for; null when there is enough.</returns>
    private Waiter<Wake>? BeginToWait()
    {
        while (true)
        {
            lock (_gate)
            {
                if (IsReady)
                    return null;
                if (_fetching)
                    return _waiter = new Waiter<Wake>(transport.Executor);
                _fetching = true;
            }

            _fetch = FetchAsync();
        }
    }

    /// <returns>Whether there is enough.</returns>
    private bool EndWaiting()
    {
        lock (_gate)
        {
            _waiter = null;
            return IsReady;
        }
    }

    private async Task FetchAsync()
    {
        Transfer received;
        do
        {
            received = await transport.ReceiveAsync(this).ConfigureAwait(false);
        }
        while (Arrived(received));
    }

    /// <returns>Whether somebody waits for more.</returns>
    private bool Arrived(Transfer received)
    {
        Waiter<Wake>? ready;
        bool more;
        lock (_gate)
        {
            var data = TakeLent(received.Bytes);
            if (!received.Succeeded)
                _failure = life.ToReason(received.Error);
            else if (data.IsEmpty)
                _ended = true;
            else if (!_ended)
                _unread.Add(data);
            ready = TakeReady();
            _fetching = more = _waiter is not null;
        }

        ready?.End(Wake.Ready);
        return more;
    }

    /// <summary>The waiter, if it has what it waits for. Under the lock.</summary>
    private Waiter<Wake>? TakeReady()
    {
        if (!IsReady)
            return null;
        var ready = _waiter;
        _waiter = null;
        return ready;
    }

    private ReadOnlyMemory<byte> TakeLent(int count)
    {
        var (lent, rented) = (_lent, _rented);
        (_lent, _rented) = (default, null);
        if (rented is null)
            return lent[..count];
        if (count > 0)
            return ReceiveMemory.Keep(rented, count);
        ReceiveMemory.Return(rented);
        return default;
    }

    /// <summary>Gives what was asked for, now that it is there, or says why it can't be.</summary>
    private ReadOnlyMemory<byte> Take(int count)
    {
        lock (_gate)
        {
            if (_unread.Count >= _wanted)
                return count == 0 ? _unread.TakePiece() : _unread.Take(count);
            if (_ended && _unread.Count == 0)
                return default;
            throw new ConnectionClosedException(_failure ?? new CloseReason(
                CloseKind.PeerClosed,
                $"The peer finished after {_unread.Count} of the {count} bytes that were asked for; those are there for a receive of whatever there is.",
                null));
        }
    }
}
