using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// A connection on an event loop. It is received from when its descriptor is ready, once an event, inside the loop's turn, and what is above runs in
/// that same turn; as long as the receives go on, no call but recv and send is made for a message.
/// </summary>
internal sealed class EventLoopConnection : LoopMember, ITransportConnection, ISocketOptions, IValueTaskSource<Transfer>
{
    private const ReadyEvents Interest = ReadyEvents.Input | ReadyEvents.Urgent | ReadyEvents.PeerFinished;

    private static readonly Transfer s_aborted = new(0, SocketError.OperationAborted);

    private readonly NativeAddress _remote;
    private readonly bool _isUnix;
    private Descriptor _descriptor;
    private ManualResetValueTaskSourceCore<Transfer> _received;
    private Readiness _reading;
    private IReceiveBuffer? _buffer;   // of the outstanding receive
    private Memory<byte> _memory;      // ... if it was asked for, there was nothing to receive after all, and the buffer does not take it back
    private EventLoopSend? _send;      // made by the first send that has to wait
    private IHangUpWatcher? _watcher;
    private int _seen;                 // of the end, and whether there ever was urgent data: ReadyEvents
    private int _told;                 // what of the end was told, to the watcher or by a receive
    private int _closed;

    private EventLoopConnection(int descriptor, EndPoint local, NativeAddress remote, EventLoop loop, Action? blocked)
        : base(loop, blocked)
    {
        _descriptor = new Descriptor(descriptor);
        _isUnix = local.AddressFamily == AddressFamily.Unix;
        LocalEndPoint = local;
        _remote = remote;
    }

    public EndPoint LocalEndPoint { get; }

    public EndPoint RemoteEndPoint => field ??= _remote.ToEndPoint();

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => this;

    /// <summary>Whether <see cref="ITransportConnection.Close"/> or <see cref="ITransportConnection.Abort"/> was called.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Whether room to write is told with every read of the peer's, needed or not.</summary>
    public bool TellsOfRoomUnasked => _isUnix;

    /// <summary>Takes a connected, non-blocking descriptor; null, and the descriptor is closed, when the loop can't.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="local">This side's address.</param>
    /// <param name="remote">The peer's.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="blocked">Told when a turn blocked the loop.</param>
    /// <param name="former">Whose descriptor it was in that loop; null when it is new there.</param>
    /// <param name="error">Why the loop can't.</param>
    public static EventLoopConnection? Open(
        int descriptor, EndPoint local, NativeAddress remote, EventLoop loop, Action? blocked, LoopMember? former, out SocketError error)
    {
        var connection = new EventLoopConnection(descriptor, local, remote, loop, blocked);
        error = SocketError.Success;
        if (former is not null)
        {
            loop.Replace(former, connection, descriptor, Interest);
        }
        else if (!loop.TryAdd(connection, descriptor, Interest))
        {
            error = NativeError.ToSocketError(NativeError.Last);
            connection._descriptor.Close();
            return null;
        }

        return connection;
    }

    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        if (IsClosed)
            return new ValueTask<Transfer>(s_aborted);
        _received.Reset();
        var token = _received.Version;
        _buffer = buffer;
        AwaitInput();
        return new ValueTask<Transfer>(this, token);
    }

    public Transfer TrySend(ReadOnlySpan<byte> data)
    {
        if (!_descriptor.TryUse())
            return s_aborted;
        var sent = NativeSocket.Send(_descriptor.Number, data);
        _descriptor.Leave();
        return sent;
    }

    public Transfer TrySend(IList<ArraySegment<byte>> segments)
    {
        if (!_descriptor.TryUse())
            return s_aborted;
        var sent = NativeSocket.Send(_descriptor.Number, segments);
        _descriptor.Leave();
        return sent;
    }

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => (_send ??= new EventLoopSend(this)).SendAsync(data);

    public SocketError ShutdownSending()
    {
        if (!_descriptor.TryUse())
            return SocketError.OperationAborted;
        var error = NativeSocket.ShutdownSending(_descriptor.Number);
        _descriptor.Leave();
        return error;
    }

    public void Watch(IHangUpWatcher watcher)
    {
        _watcher = watcher;
        Interlocked.MemoryBarrier(); // the loop notes an end and then looks for the watcher: one of the two sees the other
        if (Volatile.Read(ref _seen) != 0)
            PostReady(ReadyEvents.None);
    }

    public int GetOption(SocketOptionLevel level, SocketOptionName name)
    {
        var option = NativeOption.Of(level, name);
        if (!_descriptor.TryUse())
            throw new SocketException((int)SocketError.OperationAborted);
        var error = NativeSocket.GetOption(_descriptor.Number, option.Level, option.Name, out var value);
        _descriptor.Leave();
        return error == SocketError.Success ? value : throw new SocketException((int)error);
    }

    public void SetOption(SocketOptionLevel level, SocketOptionName name, int value)
    {
        var option = NativeOption.Of(level, name);
        if (!_descriptor.TryUse())
            throw new SocketException((int)SocketError.OperationAborted);
        var error = NativeSocket.SetOption(_descriptor.Number, option.Level, option.Name, value);
        _descriptor.Leave();
        if (error != SocketError.Success)
            throw new SocketException((int)error);
    }

    public void Close() => Close(reset: false);

    public void Abort() => Close(reset: true);

    /// <summary>Has room to write told, or not.</summary>
    public void TellOfRoom(bool tell)
    {
        if (!_descriptor.TryUse())
            return;
        Loop.Modify(this, _descriptor.Number, tell ? Interest | ReadyEvents.Output : Interest);
        _descriptor.Leave();
    }

    /// <summary>Has a waiting send look again, in a turn.</summary>
    public void PostRoom() => PostReady(ReadyEvents.Output);

    Transfer IValueTaskSource<Transfer>.GetResult(short token) => _received.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Transfer>.GetStatus(short token) => _received.GetStatus(token);

    void IValueTaskSource<Transfer>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _received.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected override bool Handle(ReadyEvents events)
    {
        if ((events & (ReadyEvents.Ends | ReadyEvents.Urgent)) != 0)
            Interlocked.Or(ref _seen, (int)(events & (ReadyEvents.Ends | ReadyEvents.Urgent)));

        // Before the receive, whose delivery may wait for this room.
        if ((events & (ReadyEvents.Output | ReadyEvents.Failed | ReadyEvents.HungUp)) != 0)
            Volatile.Read(ref _send)?.OnRoom();
        var delivered = (events & (ReadyEvents.Input | ReadyEvents.Ends)) != 0 && _reading.Signal() && Receive();
        if (_seen != 0)
            TellWatcher();
        return delivered;
    }

    private void Close(bool reset)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        Loop.Remove(this);
        if (_descriptor.TryUse())
        {
            if (!reset && (Volatile.Read(ref _told) & (int)ReadyEvents.PeerFinished) == 0)
                NativeSocket.DiscardArrived(_descriptor.Number);
            else if (reset && !_isUnix)
                NativeSocket.ResetOnClose(_descriptor.Number);
            _descriptor.Leave();
        }

        _descriptor.Close();
        PostReady(ReadyEvents.Input | ReadyEvents.Output); // what is outstanding finds the descriptor closed
    }

    private void AwaitInput()
    {
        // Who closes says so and then looks whether something is outstanding.
        if (_reading.Await() || IsClosed)
            PostReady(ReadyEvents.Input);
    }

    /// <summary>The descriptor is ready, and the outstanding receive this caller's.</summary>
    /// <returns>Whether that is over now.</returns>
    private bool Receive()
    {
        if (!_descriptor.TryUse())
        {
            Complete(s_aborted);
            return true;
        }

        if (_memory.IsEmpty)
            _memory = _buffer!.GetMemory(0); // a receive is outstanding
        var size = _memory.Length;
        var isCut = false;
        var received = size == 0
            ? new Transfer(0, SocketError.NoBufferSpaceAvailable) // no memory must not look like a FIN
            : _isUnix ? NativeSocket.Receive(_descriptor.Number, _memory.Span, out isCut) : NativeSocket.Receive(_descriptor.Number, _memory.Span);
        _descriptor.Leave();
        if (received.Bytes < 0)
        {
            if (_buffer is ITakesMemoryBack buffer)
            {
                _memory = default;
                buffer.TakeMemoryBack();
            }

            AwaitInput();
            return false;
        }

        if (received.Bytes == 0)
            Interlocked.Or(ref _told, (int)(received.Succeeded ? ReadyEvents.PeerFinished : ReadyEvents.Failed));
        // Less than asked for is all there was, and what comes now is another edge; but an end behind the bytes, and what follows urgent data, was told already.
        if (received.Bytes == size || isCut || Volatile.Read(ref _seen) != 0)
            _reading.Keep();
        Complete(received);
        return true;
    }

    private void Complete(Transfer received)
    {
        _memory = default;
        _buffer = null;
        _received.SetResult(received);
    }

    /// <summary>Tells the watcher of an end that no receive has told, and none is about to: one that is under way on another thread looks here when it is over.</summary>
    private void TellWatcher()
    {
        if (Volatile.Read(ref _watcher) is not { } watcher || Volatile.Read(ref _buffer) is not null || IsClosed)
            return;
        var ends = (ReadyEvents)Volatile.Read(ref _seen);
        var told = (ReadyEvents)Volatile.Read(ref _told);
        if ((told & ReadyEvents.Failed) != 0)
            return; // nothing follows an error
        var error = (ends & (ReadyEvents.Failed | ReadyEvents.HungUp)) != 0 ? TakeError() : SocketError.Success;
        var end = error == SocketError.Success ? ReadyEvents.PeerFinished : ReadyEvents.Failed;
        if (end == ReadyEvents.PeerFinished && (ends & (ReadyEvents.PeerFinished | ReadyEvents.HungUp)) == 0)
            return; // a failure whose error somebody else was told
        if ((Interlocked.Or(ref _told, (int)end) & (int)end) == 0)
            watcher.OnHangUp(error);
    }

    private SocketError TakeError()
    {
        if (!_descriptor.TryUse())
            return SocketError.Success;
        var error = NativeSocket.TakeError(_descriptor.Number);
        _descriptor.Leave();
        return error;
    }
}
