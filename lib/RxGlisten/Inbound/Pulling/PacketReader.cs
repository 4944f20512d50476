using System.Diagnostics.CodeAnalysis;
using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// The subscriber of a connection's inbound side for code that pulls: keeps what was delivered, on hold, until it is taken, and gives back what never was. One caller at a time, but for what
/// wakes it or leaves.
/// </summary>
internal sealed class PacketReader(IConnection connection) : IObserver<Message>, IGivesBack, IDisposable
{
    private readonly ITransportExecutor _executor = new OwnedConnection(connection).Executor;
    private readonly SingleAssignmentDisposable _subscription = new();
    private readonly Lock _gate = new(); // guards what follows; nothing foreign is called under it
    private readonly Queue<LatePacket> _packets = new();
    private Waiter<Exception?>? _waiter;
    private bool _woken;
    private bool _subscribed;
    private bool _left;
    private bool _ended;
    private Exception? _error;
    private ReadOnlyMemory<byte> _unread; // of who has left

    /// <summary>Waits until there is a packet to take, or somebody wakes this.</summary>
    /// <returns>False when there will be none any more.</returns>
    /// <exception cref="InvalidOperationException">Another wait is under way.</exception>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellation);
        Waiter<Exception?> waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_left, this);
            if (_waiter is not null)
                throw new InvalidOperationException("A read is under way, and there can be one at a time.");
            if (IsOver(out var result))
                return result;
            _waiter = waiter = new Waiter<Exception?>(_executor);
        }

        return WaitAsync(waiter, cancellation);
    }

    /// <summary>Takes the next packet; the caller disposes it, which gives its credit back.</summary>
    public bool TryTake([MaybeNullWhen(false)] out LatePacket packet)
    {
        lock (_gate)
            return _packets.TryDequeue(out packet);
    }

    /// <summary>Ends the wait that is under way, or else the next one.</summary>
    public void Wake()
    {
        Waiter<Exception?>? waiter;
        lock (_gate)
        {
            _woken = true;
            waiter = _waiter;
        }

        waiter?.End(null);
    }

    /// <summary>Leaves; the next subscriber goes on with what was not taken.</summary>
    public void Dispose() => Leave(default);

    /// <summary>Leaves, with the end of what was taken unused.</summary>
    public void Leave(ReadOnlyMemory<byte> unused)
    {
        LatePacket[] left;
        Waiter<Exception?>? waiter;
        lock (_gate)
        {
            if (_left)
                return;
            _left = true;
            waiter = _waiter;
            left = [.. _packets];
            _packets.Clear();
            _unread = left.Aggregate(unused, (all, late) => Join(all, late.Packet.Data));
        }

        _subscription.Dispose();
        foreach (var late in left)
            late.Dispose();
        waiter?.End(new ObjectDisposedException(nameof(PacketReader)));
    }

    public ReadOnlyMemory<byte> GiveBack()
    {
        lock (_gate)
        {
            var unread = _unread;
            _unread = default;
            return unread;
        }
    }

    void IObserver<Message>.OnNext(Message value)
    {
        if (value is not Packet packet)
            return;
        var late = new LatePacket(packet, packet.Hold());
        Waiter<Exception?>? waiter;
        bool left;
        lock (_gate)
        {
            left = _left;
            if (left)
                _unread = Join(_unread, packet.Data);
            else
                _packets.Enqueue(late);
            waiter = _waiter;
        }

        if (left)
            late.Dispose();
        else
            waiter?.End(null);
    }

    void IObserver<Message>.OnError(Exception error) => End(error);

    void IObserver<Message>.OnCompleted() => End(null);

    private async ValueTask<bool> WaitAsync(Waiter<Exception?> waiter, CancellationToken cancellation)
    {
        if (!_subscribed)
        {
            _subscribed = true;
            _subscription.Disposable = connection.Inbound.Subscribe(this);
        }

        // A call that comes late finds a waiter that has ended.
        var registration = cancellation.UnsafeRegister(static (waiter, token) => ((Waiter<Exception?>)waiter!).End(new OperationCanceledException(token)), waiter); // it was given one
        var error = await waiter.Task.ConfigureAwait(false);
        registration.Unregister();
        ValueTask<bool> result;
        lock (_gate)
        {
            _waiter = null;
            if (error is not null)
                throw error;
            if (!IsOver(out result))
                return true;
        }

        return await result.ConfigureAwait(false);
    }

    /// <summary>Whether there is nothing to wait for. Under the lock.</summary>
    private bool IsOver(out ValueTask<bool> result)
    {
        var isOver = _woken || _packets.Count > 0 || _ended;
        if (_woken || _packets.Count > 0 || _error is null)
            result = new ValueTask<bool>(_woken || _packets.Count > 0);
        else
            result = ValueTask.FromException<bool>(_error);
        _woken = false;
        return isOver;
    }

    private void End(Exception? error)
    {
        Waiter<Exception?>? waiter;
        lock (_gate)
        {
            _ended = true;
            _error = error;
            waiter = _waiter;
        }

        waiter?.End(null);
    }

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) =>
        first.IsEmpty ? second : second.IsEmpty ? first : (byte[])[.. first.Span, .. second.Span];
}
