namespace RxGlisten;

/// <summary>
/// The sending side of a connection. State is guarded by the connection's lock; the right to call the transport is <see cref="_sending"/>: who
/// takes it sends outside the lock and goes on until nothing waits, while all others only enqueue. So messages never interleave, and nobody
/// waits for another's system call.
/// </summary>
internal sealed partial class SendQueue : IOutbound, ILimitedOutbound
{
    private readonly Connection _connection;
    private readonly WritableState _writable;
    private readonly long _highWater;
    private Cork _cork;
    private SendBacklog? _backlog;       // made when something first has to wait
    private LinkedList<SendWaiter>? _waiters; // for room, first come first served
    private long _queued;
    private bool _sending;
    private bool _letsRead;              // the queue fell under half of the mark: reading may go on
    private bool _blocked;
    private TimeSpan _blockedSince;
    private TimeSpan _progress;          // when the transport last took something, where anybody asks
    private CloseReason? _completed;     // no more is taken, for this reason; FIN follows the last byte
    private bool _finished;              // FIN is sent, or is being sent
    private CloseReason? _dead;

    public SendQueue(Connection connection)
    {
        _connection = connection;
        _writable = new WritableState(connection);
        _highWater = connection.Settings.Options.OutboundHighWaterBytes;
        _cork = new Cork((int)Math.Min(Cork.MostBytes, _highWater));
    }

    public long QueuedBytes => Volatile.Read(ref _queued);

    public IObservable<bool> Writable => _writable;

    /// <summary>Whether each message stands alone, so that it may be dropped.</summary>
    public bool TakesWholeMessages => _connection.Settings.Options.DropsAreWholeMessages;

    /// <summary>Whether reading may go on. Under the lock.</summary>
    public bool IsWritable => _writable.IsWritable;

    /// <summary>Since when a send waits without progress; null when none does. Under the lock.</summary>
    public TimeSpan? BlockedSince => _blocked ? _blockedSince : null;

    /// <summary>When the transport last took something; kept while the peer's side is finished. Under the lock.</summary>
    public TimeSpan Progress => _progress;

    /// <summary>Whether FIN is sent or being sent: the peer's answer may come before the call returns. Under the lock.</summary>
    public bool IsFinished => _finished;

    /// <summary>Whether no sender is at work and nothing waits. Under the lock.</summary>
    public bool IsIdle => _queued == 0 && !_sending;

    private ITransportConnection Transport => _connection.Transport;

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        var options = _connection.Settings.Options;
        Offer(value, options.SlowConsumerPolicy, options.OutboundLimitBytes, nameof(options.OutboundLimitBytes));
    }

    public void Offer(ReadOnlyMemory<byte> value, SlowConsumerPolicy policy, long limit, string limitName)
    {
        if (value.IsEmpty)
            return;
        Action next;
        var dropped = 0;
        lock (_connection.Gate)
        {
            if (_completed is not null || _dead is not null)
                next = Action.Ignore;
            else if (MakeRoom(value.Length, policy, limit, ref dropped))
                next = Accept(value.Span);
            else
                next = policy == SlowConsumerPolicy.Disconnect ? Action.Disconnect : Action.None;
        }

        if (dropped > 0)
            _connection.Settings.Metrics.MessagesDropped(dropped);
        if (next == Action.Ignore)
        {
            _connection.Settings.Metrics.SendIgnored();
        }
        else if (next == Action.Disconnect)
        {
            _connection.Closing.Abort(new CloseReason(
                CloseKind.SlowConsumer,
                $"The peer reads too slowly: {QueuedBytes} bytes are queued, {value.Length} more would exceed {limitName}.",
                null));
        }
        else
        {
            Perform(next, value.Span);
            LetRead(); // what was dropped may have made room
        }
    }

    public void OnCompleted()
    {
        Action next;
        lock (_connection.Gate)
            next = Complete(SendingCompleted);
        Perform(next, default);
    }

    public void OnError(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        _connection.Closing.Abort(new CloseReason(CloseKind.Aborted, "Outbound.OnError was called.", error));
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        return Enter(data, cancellation);
    }

    /// <summary>Waits, in the order of <see cref="SendAsync"/>, until the queue is under the high-water mark.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellation) => Enter(default, cancellation);

    public ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        Action next;
        lock (_connection.Gate)
            next = OpenCork();
        Perform(next, default);
        SendWaiter? waiter = null;
        while (true)
        {
            lock (_connection.Gate)
            {
                if (_dead is not null || !_sending)
                    break;
                if (waiter is not null)
                {
                    (_backlog ??= NewBacklog()).Add(waiter);
                    return waiter.Task;
                }
            }

            waiter = new SendWaiter(this, _connection.Executor, default);
            waiter.CancelBy(cancellation); // before it is queued, so that settling it always finds the registration
        }

        waiter?.Forget();
        return _dead is { } reason ? ValueTask.FromException(new ConnectionClosedException(reason)) : ValueTask.CompletedTask;
    }

    /// <summary>A waiter's token was cancelled.</summary>
    public void Cancel(SendWaiter waiter, Exception error)
    {
        lock (_connection.Gate)
        {
            if (waiter.Settle(error) && waiter.Place.List is not null)
                _waiters!.Remove(waiter.Place); // who has a place has it there
        }
    }

    /// <summary>From now on this thread's writes are gathered. Under the lock.</summary>
    public void BeginCork() => _cork.Begin();

    /// <summary>The delivery is over: what was gathered is to leave by <see cref="Transmit"/>. Under the lock.</summary>
    public void EndCork()
    {
        _cork.End();
        if (!_cork.Gathered.IsEmpty)
            TakeCorked(); // nobody is sending: a cork holds nothing while there is a sender
    }

    /// <summary>After <see cref="EndCork"/>, on the same thread: sends what was gathered.</summary>
    public void Transmit()
    {
        if (!_cork.Leaving.IsEmpty)
            Send(_cork.Leaving, default);
        _cork.Left();
        _cork.GiveBack();
    }

    /// <summary>Takes no more; FIN follows what is queued. Under the lock.</summary>
    /// <returns>What to <see cref="Perform"/> when the lock is released.</returns>
    public Action Complete(CloseReason reason)
    {
        if (_completed is not null || _dead is not null)
            return Action.None;
        _completed = reason;
        FailWaiters(reason);
        var next = OpenCork();
        if (_sending)
            return next; // the sender sends FIN when it is through
        _sending = true;
        return Action.Drain;
    }

    /// <summary>The connection is closed, or can't send any more: nothing leaves from now on. Under the lock.</summary>
    public void Die(CloseReason reason)
    {
        if (_dead is not null)
            return;
        _dead = reason;
        Volatile.Write(ref _queued, 0);
        _cork.Clear();
        _blocked = false;
        FailWaiters(reason);
        _backlog?.FailFlushes(new ConnectionClosedException(reason));
        if (!_sending)
            _backlog?.Clear(); // a sender clears it itself: it may have a batch in the kernel
        _writable.Complete();
    }

    /// <summary>Does what was found, under the lock, to be this caller's to do.</summary>
    public void Perform(Action next, ReadOnlySpan<byte> data)
    {
        switch (next)
        {
            case Action.Send:
                Send(default, data);
                break;
            case Action.SendCorked:
                Send(_cork.Leaving, data);
                _cork.Left();
                break;
            case Action.Drain:
                _drain = DrainAsync(blocked: false);
                break;
        }
    }

    /// <summary>A pulled sequence that feeds this queue failed where nobody else can be told.</summary>
    public void Fault(Exception error) => _connection.Closing.Fault(error);

    /// <summary>Where posted turns run.</summary>
    public ITransportExecutor Executor => _connection.Executor;

    private static CloseReason SendingCompleted { get; } = new(CloseKind.LocalClosed, "The sending side was completed.", null);

    private SendBacklog NewBacklog() => new(_connection.Settings.Options.DropsAreWholeMessages);

    private ValueTask Enter(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        Action next;
        lock (_connection.Gate)
        {
            if (Refused is { } refused)
                return ValueTask.FromException(refused);
            if (_waiters is { Count: > 0 } || _queued >= _highWater)
                goto wait;
            next = data.IsEmpty ? Action.None : Accept(data.Span);
        }

        Perform(next, data.Span);
        return ValueTask.CompletedTask;

    wait:
        var waiter = new SendWaiter(this, _connection.Executor, data);
        waiter.CancelBy(cancellation); // before it is queued, as a flush
        ConnectionClosedException? late;
        lock (_connection.Gate)
        {
            late = Refused;
            next = late is null && !waiter.IsSettled ? Queue(waiter) : Action.None;
        }

        if (late is not null)
        {
            waiter.Forget();
            return ValueTask.FromException(late);
        }

        Perform(next, default);
        return waiter.Task;
    }

    /// <summary>Puts somebody who waits for room in line. Under the lock.</summary>
    private Action Queue(SendWaiter waiter)
    {
        (_waiters ??= new()).AddLast(waiter.Place);
        var next = OpenCork();
        AdmitWaiters();
        UpdateWritable();
        if (next != Action.None || _sending || _backlog is null or { IsEmpty: true })
            return next;
        _sending = true;
        return Action.Drain;
    }

    private ConnectionClosedException? Refused =>
        (_dead ?? _completed) is { } reason ? new ConnectionClosedException(reason) : null;

    /// <summary>Whether so many bytes may be queued; drops others for them where the policy says so. Under the lock.</summary>
    private bool MakeRoom(int bytes, SlowConsumerPolicy policy, long limit, ref int messagesDropped)
    {
        while (_queued >= _highWater && _queued + bytes > limit)
        {
            var dropped = policy == SlowConsumerPolicy.DropOldest ? _backlog?.DropOldest() ?? 0 : 0;
            if (dropped == 0)
            {
                if (policy != SlowConsumerPolicy.Disconnect)
                    messagesDropped++;
                return false;
            }

            messagesDropped++;
            Volatile.Write(ref _queued, _queued - dropped);
        }

        return true;
    }

    /// <summary>Takes a message: gathers or enqueues it, or lets the caller send it. Under the lock.</summary>
    private Action Accept(ReadOnlySpan<byte> data)
    {
        Volatile.Write(ref _queued, _queued + data.Length);
        if (_sending)
        {
            (_backlog ??= NewBacklog()).Add(data);
            UpdateWritable();
            return Action.None;
        }

        if (_cork.IsOfThisThread)
        {
            if (_cork.TryGather(data))
            {
                UpdateWritable();
                return Action.None;
            }

            TakeCorked();
            return _cork.Leaving.IsEmpty ? Action.Send : Action.SendCorked;
        }

        if (OpenCork() == Action.Drain)
        {
            (_backlog ??= NewBacklog()).Add(data);
            return Action.Drain;
        }

        _sending = true;
        return Action.Send;
    }

    /// <summary>Lets what a delivery gathered leave now. Under the lock.</summary>
    private Action OpenCork()
    {
        if (_cork.Gathered.IsEmpty)
            return Action.None;
        // AddFirst: what a cork gathered may not be dropped, for its messages can't be told apart.
        (_backlog ??= NewBacklog()).AddFirst(_cork.Gathered);
        _cork.Clear();
        _sending = true;
        return Action.Drain;
    }

    /// <summary>The delivering thread takes the right to send, and what it gathered with it. Under the lock.</summary>
    private void TakeCorked()
    {
        _sending = true;
        _cork.Take();
    }

    /// <summary>Lets those in who waited for room, while there is some. Under the lock.</summary>
    private void AdmitWaiters()
    {
        while (_waiters is { Count: > 0 } && _queued < _highWater)
        {
            var waiter = _waiters.First!.Value; // there is one: the count says so
            _waiters.RemoveFirst();
            if (waiter.IsSettled)
                continue;
            if (!waiter.Data.IsEmpty)
            {
                // Before it is settled: from then on the memory is the caller's, who may run on another thread already.
                (_backlog ??= NewBacklog()).Add(waiter.Data.Span);
                Volatile.Write(ref _queued, _queued + waiter.Data.Length);
            }

            waiter.Settle();
        }
    }

    private void FailWaiters(CloseReason reason)
    {
        if (_waiters is null)
            return;
        foreach (var waiter in _waiters)
            waiter.Settle(new ConnectionClosedException(reason));
        _waiters.Clear();
    }

    /// <summary>Off at the high-water mark, on again under half of it. Under the lock.</summary>
    private void UpdateWritable()
    {
        if (_queued >= _highWater)
        {
            _writable.Set(false);
        }
        else if (!IsWritable && _queued < Math.Max(1, _highWater / 2))
        {
            _writable.Set(true);
            _letsRead = true;
        }
    }

    /// <summary>What a caller is to do once it has released the lock.</summary>
    internal enum Action
    {
        None,
        Ignore,
        Send,
        SendCorked,
        Drain,
        Disconnect,
    }
}
