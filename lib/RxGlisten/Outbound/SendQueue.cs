namespace RxGlisten;

/// <summary>
/// The sending side of a connection. State is guarded by the connection's lock; the right to call the transport is <see cref="_sending"/>: who
/// takes it sends outside the lock and goes on until nothing waits, while all others only enqueue. So messages never interleave, and nobody
/// waits for another's system call.
/// </summary>
internal sealed class SendQueue : IOutbound
{
    private const int CorkBytes = 64 * 1024;
    private const int MostGathered = 64;

    private readonly Connection _connection;
    private readonly WritableState _writable;
    private readonly long _highWater;
    private SendBacklog? _backlog;       // made when something first has to wait
    private Queue<SendWaiter>? _waiters;     // for room, first come first served
    private List<ArraySegment<byte>>? _batch;
    private Task _drain = Task.CompletedTask;
    private long _queued;
    private byte[]? _cork;               // what the delivering thread gathered ...
    private int _corked;                 // ... so many bytes
    private int _uncorked;               // ... and so many that are leaving now
    private int _corkThread;             // 0: nobody is delivering
    private bool _sending;
    private bool _letsRead;              // the queue fell under half of the mark: reading may go on
    private bool _blocked;
    private TimeSpan _progress;          // when the transport last took something, where anybody asks
    private bool _completed;             // no more is taken; FIN follows the last byte
    private bool _finished;              // FIN is sent, or is being sent
    private CloseReason? _dead;

    [ThreadStatic]
    private static byte[]? t_cork;

    public SendQueue(Connection connection)
    {
        _connection = connection;
        _writable = new WritableState(connection);
        _highWater = connection.Settings.Options.OutboundHighWaterBytes;
    }

    public long QueuedBytes => Volatile.Read(ref _queued);

    public IObservable<bool> Writable => _writable;

    /// <summary>Whether reading may go on. Under the lock.</summary>
    public bool IsWritable => _writable.IsWritable;

    /// <summary>Since when a send waits without progress; null when none does. Under the lock.</summary>
    public TimeSpan? BlockedSince => _blocked ? _progress : null;

    /// <summary>When the transport last took something; kept while the peer's side is finished. Under the lock.</summary>
    public TimeSpan Progress => _progress;

    /// <summary>Whether FIN is sent or being sent: the peer's answer may come before the call returns. Under the lock.</summary>
    public bool IsFinished => _finished;

    /// <summary>Whether a sender is at work, or nothing waits. Under the lock.</summary>
    public bool IsIdle => _queued == 0 && !_sending;

    private ITransportConnection Transport => _connection.Transport;

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        if (value.IsEmpty)
            return;
        Action next;
        lock (_connection.Gate)
        {
            if (_completed || _dead is not null)
            {
                _connection.Settings.Metrics.SendIgnored();
                return;
            }

            if (!MakeRoom(value.Length))
            {
                if (_connection.Settings.Options.SlowConsumerPolicy != SlowConsumerPolicy.Disconnect)
                    return;
                next = Action.Disconnect;
            }
            else
            {
                next = Accept(value.Span);
            }
        }

        if (next == Action.Disconnect)
        {
            _connection.Closing.Abort(new CloseReason(
                CloseKind.SlowConsumer,
                $"The peer reads too slowly: {QueuedBytes} bytes are queued, {value.Length} more would exceed OutboundLimitBytes.",
                null));
        }
        else
        {
            Perform(next, value.Span);
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
        var waiter = new SendWaiter(this, _connection.Executor, default);
        waiter.CancelBy(cancellation);
        Action next;
        lock (_connection.Gate)
        {
            if (_dead is { } reason)
                return ValueTask.FromException(new ConnectionClosedException(reason));
            next = OpenCork();
            if (!_sending)
                return ValueTask.CompletedTask;
            (_backlog ??= NewBacklog()).Add(waiter);
        }

        Perform(next, default);
        return waiter.Task;
    }

    /// <summary>A waiter's token was cancelled.</summary>
    public void Cancel(SendWaiter waiter, Exception error)
    {
        lock (_connection.Gate)
            waiter.Settle(error);
    }

    /// <summary>From now on this thread's writes are gathered. Under the lock.</summary>
    public void BeginCork() => _corkThread = Environment.CurrentManagedThreadId;

    /// <summary>The delivery is over: what was gathered is to leave by <see cref="Transmit"/>. Under the lock.</summary>
    public void EndCork()
    {
        _corkThread = 0;
        if (_corked > 0)
            TakeCorked(); // nobody is sending: a cork holds nothing while there is a sender
    }

    /// <summary>After <see cref="EndCork"/>, on the same thread: sends what was gathered.</summary>
    public void Transmit()
    {
        if (_cork is not { } cork)
            return;
        if (_uncorked > 0)
            Send(cork.AsSpan(0, _uncorked), default);
        _uncorked = 0;
        _cork = null;
        t_cork = cork;
    }

    /// <summary>Takes no more; FIN follows what is queued. Under the lock.</summary>
    /// <returns>What to <see cref="Perform"/> when the lock is released.</returns>
    public Action Complete(CloseReason reason)
    {
        if (_completed || _dead is not null)
            return Action.None;
        _completed = true;
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
        _corked = 0;
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
                Send(_cork.AsSpan(0, _uncorked), data);
                _uncorked = 0;
                break;
            case Action.Drain:
                _drain = DrainAsync(blocked: false);
                break;
        }
    }

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
        waiter.CancelBy(cancellation); // before it is queued, so that settling it always finds the registration
        lock (_connection.Gate)
        {
            if (Refused is { } refused)
                return ValueTask.FromException(refused);
            (_waiters ??= new()).Enqueue(waiter);
            next = OpenCork();
            AdmitWaiters();
            if (next == Action.None && !_sending && _backlog is { IsEmpty: false })
            {
                _sending = true;
                next = Action.Drain;
            }
        }

        Perform(next, default);
        return waiter.Task;
    }

    private ConnectionClosedException? Refused =>
        (_dead ?? (_completed ? SendingCompleted : null)) is { } reason ? new ConnectionClosedException(reason) : null;

    /// <summary>Whether so many bytes may be queued; drops others for them where the policy says so. Under the lock.</summary>
    private bool MakeRoom(int bytes)
    {
        var options = _connection.Settings.Options;
        while (_queued >= _highWater && _queued + bytes > options.OutboundLimitBytes)
        {
            var dropped = options.SlowConsumerPolicy == SlowConsumerPolicy.DropOldest ? _backlog?.DropOldest() ?? 0 : 0;
            if (dropped == 0)
            {
                if (options.SlowConsumerPolicy != SlowConsumerPolicy.Disconnect)
                    _connection.Settings.Metrics.MessageDropped();
                return false;
            }

            _connection.Settings.Metrics.MessageDropped();
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

        if (_corkThread == Environment.CurrentManagedThreadId)
        {
            if (_corked + data.Length < CorkBytes)
            {
                _cork ??= TakeCork();
                data.CopyTo(_cork.AsSpan(_corked));
                _corked += data.Length;
                UpdateWritable();
                return Action.None;
            }

            TakeCorked();
            return _uncorked > 0 ? Action.SendCorked : Action.Send;
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
        if (_corked == 0)
            return Action.None;
        // AddFirst: what a cork gathered may not be dropped, for its messages can't be told apart.
        (_backlog ??= NewBacklog()).AddFirst(_cork.AsSpan(0, _corked));
        _corked = 0;
        _sending = true;
        return Action.Drain;
    }

    /// <summary>The delivering thread takes the right to send, and what it gathered with it. Under the lock.</summary>
    private void TakeCorked()
    {
        _sending = true;
        _uncorked = _corked;
        _corked = 0;
    }

    private static byte[] TakeCork()
    {
        var cork = t_cork ?? GC.AllocateUninitializedArray<byte>(CorkBytes);
        t_cork = null; // a delivery inside this one finds none and makes its own
        return cork;
    }

    /// <summary>With the right to send and nothing in the backlog before it: sends two stretches, and leaves what does not fit to the drain.</summary>
    private void Send(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var sent = first.IsEmpty ? default : Transport.TrySend(first);
        if (sent.Succeeded && sent.Bytes == first.Length && !second.IsEmpty)
        {
            var more = Transport.TrySend(second);
            sent = new Transfer(sent.Bytes + more.Bytes, more.Error);
        }

        Step step;
        lock (_connection.Gate)
        {
            if (sent.Succeeded && sent.Bytes < first.Length + second.Length && _dead is null)
            {
                _backlog ??= NewBacklog();
                var restOfFirst = Math.Max(0, first.Length - sent.Bytes);
                _backlog.AddFirst(second[Math.Max(0, sent.Bytes - first.Length)..]);
                _backlog.AddFirst(first[(first.Length - restOfFirst)..]);
            }

            step = Moved(sent, advance: false);
        }

        if (step == Step.Continue)
            _drain = DrainAsync(blocked: sent.Bytes < first.Length + second.Length);
        else
            Leave(step, sent);
    }

    /// <summary>With the right to send: sends until nothing waits. Suspends where the transport has no room.</summary>
    private async Task DrainAsync(bool blocked)
    {
        Step step;
        Transfer sent;
        var batch = _batch ??= [];
        do
        {
            int bytes;
            lock (_connection.Gate)
            {
                bytes = _dead is null && _backlog is not null ? _backlog.Gather(batch, blocked ? 1 : MostGathered) : 0;
                _blocked = blocked && bytes > 0;
                if (_blocked)
                    _progress = _connection.Settings.Clock.Now;
            }

            if (bytes == 0)
            {
                sent = default;
            }
            else if (blocked)
            {
                LetRead();
                _connection.Deadlines.ArmSend();
                sent = await Transport.SendAsync(batch[0]).ConfigureAwait(false);
            }
            else
            {
                sent = batch.Count == 1 ? Transport.TrySend(batch[0].AsSpan()) : Transport.TrySend(batch);
            }

            lock (_connection.Gate)
            {
                step = Moved(sent, advance: true);
                blocked = !blocked && sent.Bytes < bytes;
                _blocked = false;
            }
        }
        while (step == Step.Continue);
        Leave(step, sent);
    }

    /// <summary>The transport took something, or failed: says how the sender goes on. Under the lock.</summary>
    private Step Moved(Transfer sent, bool advance)
    {
        if (_dead is not null)
        {
            _backlog?.Clear();
            _sending = false;
            return Step.Done;
        }

        if (!sent.Succeeded)
        {
            _sending = false;
            return Step.Failed;
        }

        Volatile.Write(ref _queued, _queued - sent.Bytes);
        if (_connection.Closing.IsHalfOpen)
            _progress = _connection.Settings.Clock.Now;
        if (advance)
            _backlog?.Advance(sent.Bytes);
        AdmitWaiters();
        var held = !IsWritable;
        UpdateWritable();
        _letsRead |= held && IsWritable;
        if (_backlog is { IsEmpty: false })
            return Step.Continue;
        if (_completed && !_finished)
        {
            _finished = true;
            return Step.Finish;
        }

        _sending = false;
        return Step.Done;
    }

    /// <summary>What a sender does when it is through, without the lock.</summary>
    private void Leave(Step step, Transfer sent)
    {
        switch (step)
        {
            case Step.Failed:
                _connection.Closing.SendFailed(sent.Error);
                return;
            case Step.Finish:
                var error = Transport.ShutdownSending();
                lock (_connection.Gate)
                    _sending = false;
                _connection.Closing.FinSent(error);
                break;
        }

        LetRead();
        _connection.LookAfterUnclaimed();
    }

    /// <summary>Reading goes on if the queue fell under half of its mark, also while the rest of it waits. Without the lock, with the right to send.</summary>
    private void LetRead()
    {
        if (!_letsRead)
            return;
        _letsRead = false;
        _connection.Wake();
    }

    /// <summary>Lets those in who waited for room, while there is some. Under the lock.</summary>
    private void AdmitWaiters()
    {
        while (_waiters is { Count: > 0 } && _queued < _highWater)
        {
            var waiter = _waiters.Dequeue();
            if (!waiter.Settle() || waiter.Data.IsEmpty)
                continue;
            (_backlog ??= NewBacklog()).Add(waiter.Data.Span);
            Volatile.Write(ref _queued, _queued + waiter.Data.Length);
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
            _writable.Set(false);
        else if (_queued < Math.Max(1, _highWater / 2))
            _writable.Set(true);
    }

    /// <summary>What a caller is to do once it has released the lock.</summary>
    internal enum Action
    {
        None,
        Send,
        SendCorked,
        Drain,
        Disconnect,
    }

    /// <summary>How a sender goes on.</summary>
    private enum Step
    {
        Continue,
        Finish,
        Failed,
        Done,
    }
}
