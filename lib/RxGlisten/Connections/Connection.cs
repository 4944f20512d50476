using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// One accepted connection: ties the receiving side, the sending side and the close together. One lock guards the state of all three; under it
/// neither user code nor the transport is called.
/// </summary>
internal sealed class Connection : IConnection, IHangUpWatcher, IThreadPoolWorkItem
{
    private static long s_lastId;

    private readonly IConnectionOwner _owner;
    private TaskCompletionSource<CloseReason>? _closed; // made when somebody asks
    private List<IConnectionWatcher>? _watchers;
    private CloseReason? _reason;
    private bool _claimed; // by a server operator, for good
    private bool _told;         // Closed is completed, or completes now
    private bool _watchersTold; // or about to be; who comes now is told by itself
    private bool _closeTold;    // the watchers were told of the close, and may be told of the rest
    private bool _delivered;
    private TimeSpan _unclaimedSince;
    private Connection? _above;
    private int _upgrades;

    public Connection(ITransportConnection transport, ConnectionSettings settings, IConnectionOwner owner)
    {
        Id = Interlocked.Increment(ref s_lastId);
        Transport = transport;
        Settings = settings;
        _owner = owner;
        Inbound = new InboundStream(this);
        Outbound = new SendQueue(this);
        Reader = new ReceiveLoop(this);
        Closing = new CloseSequence(this);
        Deadlines = new ConnectionDeadlines(this);
        transport.Watch(this);
        Deadlines.ArmAge();
    }

    public long Id { get; }

    public EndPoint LocalEndPoint => Plain(Transport.LocalEndPoint);

    public EndPoint RemoteEndPoint => Plain(Transport.RemoteEndPoint);

    public TlsInfo? Tls => Transport.Tls;

    public Task<CloseReason> Closed
    {
        get
        {
            lock (Gate)
            {
                if (_closed is null)
                {
                    _closed = new();
                    if (_told)
                        _closed.SetResult(_reason!); // told: there is one, and nobody awaits this task yet
                }

                return _closed.Task;
            }
        }
    }

    public CancellationToken Draining => _owner.Draining;

    /// <summary>Guards the state of this connection.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What carries the bytes.</summary>
    public ITransportConnection Transport { get; }

    /// <summary>Where continuations run.</summary>
    public ITransportExecutor Executor => Transport.Executor;

    /// <summary>What all connections of the listener share.</summary>
    public ConnectionSettings Settings { get; }

    /// <summary>By whom it was admitted, where anybody was asked; set before anybody has it.</summary>
    public Admittance? Admittance { get; init; }

    /// <summary>The encrypted connection that this one carries; null where there is none (any more).</summary>
    public Connection? Above => Volatile.Read(ref _above);

    /// <summary>The endpoint that was connected to, as it was named; the peer's address for one that was accepted.</summary>
    public EndPoint ConnectedTo => (_owner as Connector)?.EndPoint ?? RemoteEndPoint;

    /// <summary>The receiving side.</summary>
    public InboundStream Inbound { get; }

    /// <summary>The sending side.</summary>
    public SendQueue Outbound { get; }

    /// <summary>What reads.</summary>
    public ReceiveLoop Reader { get; }

    /// <summary>How it ends.</summary>
    public CloseSequence Closing { get; }

    /// <summary>Its timeouts.</summary>
    public ConnectionDeadlines Deadlines { get; }

    IObservable<Message> IConnection.Inbound => Inbound;

    IOutbound IConnection.Outbound => Outbound;

    bool IHangUpWatcher.IsPaused => !Reader.IsReading && Closing.IsOpen;

    /// <summary>Since when nobody wants it; null while somebody does. Under the lock.</summary>
    public TimeSpan? UnclaimedSince => IsUnclaimed ? _unclaimedSince : null;

    // Half open is not unclaimed: the subscriber was told of the peer's FIN and is gone, the reply is still to come, and HalfOpenTimeout bounds that.
    private bool IsUnclaimed =>
        _delivered && !_claimed && !Inbound.HasSubscriber && Outbound.IsIdle && Closing.IsOpen && !Closing.IsHalfOpen;

    public void Abort() => Abort(CloseKind.Aborted, "Abort was called.");

    /// <summary>Resets, with a reason of the library's own.</summary>
    public void Abort(CloseKind kind, string detail, Exception? error = null) => Closing.Abort(new CloseReason(kind, detail, error));

    public void Dispose() => Closing.Finish(new CloseReason(CloseKind.LocalClosed, "This side finished first.", null));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return new ValueTask(Closed);
    }

    /// <summary>Its accept <c>OnNext</c> has returned: the clock of an unclaimed connection starts.</summary>
    public void OnDelivered()
    {
        lock (Gate)
            _delivered = true;
        LookAfterUnclaimed();
    }

    /// <summary>A server operator takes charge of it, for good.</summary>
    public void Claim()
    {
        lock (Gate)
            _claimed = true;
    }

    /// <summary>From now on this one carries an encrypted one. Once.</summary>
    public bool TryPut(Connection above)
    {
        if (Interlocked.Exchange(ref _upgrades, 1) != 0)
            return false;
        Volatile.Write(ref _above, above);
        return true;
    }

    /// <summary>The connection above is closed.</summary>
    public void TakeOff() => Volatile.Write(ref _above, null);

    /// <summary>The library's own connection in this one; null in one of another make.</summary>
    public static Connection? Of(IConnection connection)
    {
        while (connection is IConnectionWrapper wrapper)
            connection = wrapper.Inner;
        return connection as Connection;
    }

    /// <summary>Somebody is to be told of its end.</summary>
    public void Watch(IConnectionWatcher watcher)
    {
        bool late;
        lock (Gate)
        {
            late = _watchersTold;
            if (!late)
                (_watchers ??= new(capacity: 1)).Add(watcher); // one, nearly always
        }

        if (late)
            Executor.Post(new LateWatcher(this, watcher));
    }

    /// <summary>Who watched wants to be told no more; it may be too late for that.</summary>
    public void Unwatch(IConnectionWatcher watcher)
    {
        lock (Gate)
        {
            if (!_watchersTold)
                _watchers?.Remove(watcher);
        }
    }

    /// <summary>Something changed: sees whether there is something to deliver or to read now.</summary>
    public void Wake()
    {
        bool deliver, read;
        lock (Gate)
        {
            deliver = Inbound.TakeTurn();
            read = Reader.TryResume();
        }

        if (deliver)
            Executor.Post(Inbound);
        if (read)
            Executor.Post(Reader);
    }

    /// <summary>Nobody is subscribed from now on: a timer that fires before the look that follows must not count from earlier. Under the lock.</summary>
    public void SubscriberLeft() => _unclaimedSince = Settings.Clock.Now;

    /// <summary>Somebody left or a queue ran empty: starts the clock if nobody wants the connection now.</summary>
    public void LookAfterUnclaimed()
    {
        if (_claimed || Inbound.HasSubscriber)
            return; // whoever changes that looks again; this is only to spare the lock
        lock (Gate)
        {
            if (!IsUnclaimed)
                return;
            _unclaimedSince = Settings.Clock.Now;
        }

        Deadlines.ArmUnclaimed();
    }

    /// <summary>The descriptor is closed: gives the slot back, and then tells everybody, in a turn of its own.</summary>
    public void Release(CloseReason reason)
    {
        _reason = reason;
        _owner.Release(this, reason);
        Executor.Post(this);
    }

    /// <summary>Tells of the end.</summary>
    public void Execute()
    {
        var reason = _reason!; // set by Release, which posted this
        TaskCompletionSource<CloseReason>? closed;
        lock (Gate)
        {
            _told = true;
            closed = _closed;
        }

        if (closed is null)
        {
            TellClosed(reason);
            return;
        }

        // Who awaits Closed runs inside SetResult, and may take its time. So the rest is a turn that is posted before and goes on when the task
        // is completed, which is before anybody is called.
        Executor.Post(new Turn(() =>
        {
            SpinWait.SpinUntil(() => closed.Task.IsCompleted);
            TellClosed(reason);
        }));
        closed.SetResult(reason);
    }

    private void TellClosed(CloseReason reason)
    {
        List<IConnectionWatcher>? watchers;
        lock (Gate)
        {
            _watchersTold = true;
            watchers = _watchers;
        }

        _owner.Ended(this);
        if (watchers is not null)
        {
            foreach (var watcher in watchers)
                watcher.OnClosed(reason);
        }

        lock (Gate)
            _closeTold = true;
        Closing.OnSettled();
    }

    /// <summary>It is closed, and nobody is to be told of anything any more.</summary>
    public void TellSettled()
    {
        List<IConnectionWatcher>? watchers;
        lock (Gate)
        {
            watchers = _closeTold ? _watchers : null;
            if (watchers is not null)
                _watchers = null;
        }

        if (watchers is null)
            return;
        foreach (var watcher in watchers)
            watcher.OnSettled();
    }

    void IHangUpWatcher.OnHangUp(SocketError error)
    {
        if (error == SocketError.Success)
            Closing.PeerFinishSeen();
        else
            Closing.SendFailed(error);
    }

    /// <summary>An IPv4 address mapped into IPv6, as IPv4.</summary>
    internal static EndPoint Plain(EndPoint endpoint) =>
        endpoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port) : endpoint;

    /// <summary>Tells a watcher that came after the end.</summary>
    private sealed class LateWatcher(Connection connection, IConnectionWatcher watcher) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            watcher.OnClosed(connection._reason!); // the connection is closed, so there is one
            watcher.OnSettled();
        }
    }
}
