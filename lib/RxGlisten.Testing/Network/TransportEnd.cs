using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>An end of a simulated connection that a program has. State is guarded by the network's lock; no foreign code is called in it.</summary>
internal abstract class TransportEnd : StreamEnd, ITransportConnection, ITurnEnd
{
    private const int MostBytes = 64 * 1024;

    private readonly TurnReceive _receive;
    private readonly TurnSend _send;
    private TurnHangUp? _hangUp;
    private bool _finReported; // to a receive or to the watcher,
    private bool _resetReported; // whichever came first

    protected TransportEnd(SimulatedNetwork network, LinkSettings link, int number, TraceDirection outgoing, EndPoint local, EndPoint remote)
        : base(network, link, number, outgoing)
    {
        (LocalEndPoint, RemoteEndPoint) = (local, remote);
        _receive = new TurnReceive(this);
        _send = new TurnSend(this);
    }

    public EndPoint LocalEndPoint { get; }

    public EndPoint RemoteEndPoint { get; }

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => Network.Queue;

    /// <summary>Whether its program waits for bytes now.</summary>
    public bool IsReceiving => _receive.IsOutstanding;

    protected override bool WantsRoom => _send.IsOutstanding;

    SchedulerExecutor ITurnEnd.Queue => Network.Queue;

    Lock ITurnEnd.Gate => Network.Gate;

    public SocketError? UnreportedHangUp =>
        IsEnded ? null
        : ResetArrived ? (_resetReported ? null : SocketError.ConnectionReset)
        : FinArrived && !_finReported ? SocketError.Success
        : null;

    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        lock (Network.Gate)
        {
            if (_receive.IsOutstanding)
                throw new InvalidOperationException("A receive is outstanding already.");
            if (!IsReadable)
                return _receive.Begin(buffer);
        }

        return new ValueTask<Transfer>(Receive(buffer));
    }

    public Transfer TrySend(ReadOnlySpan<byte> data)
    {
        lock (Network.Gate)
        {
            ThrowIfSending();
            return Send(data);
        }
    }

    public Transfer TrySend(IList<ArraySegment<byte>> segments)
    {
        lock (Network.Gate)
        {
            ThrowIfSending();
            var total = 0;
            foreach (var segment in segments)
                total += segment.Count;
            var gathered = new byte[Math.Min(total, Out.Room)];
            var count = 0;
            foreach (var segment in segments)
            {
                var step = Math.Min(segment.Count, gathered.Length - count);
                segment.AsSpan(0, step).CopyTo(gathered.AsSpan(count));
                count += step;
            }

            return Send(gathered);
        }
    }

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
    {
        lock (Network.Gate)
        {
            ThrowIfSending();
            var sent = Send(data.Span);
            return sent.Succeeded && sent.Bytes == 0 && !data.IsEmpty ? _send.Begin(data) : new ValueTask<Transfer>(sent);
        }
    }

    public SocketError ShutdownSending()
    {
        lock (Network.Gate)
        {
            if (IsEnded)
                return SocketError.OperationAborted;
            if (ResetArrived)
                return SocketError.ConnectionReset;
            SendFin();
            OnRoom();
            return SocketError.Success;
        }
    }

    public void Watch(IHangUpWatcher watcher)
    {
        lock (Network.Gate)
        {
            if (_hangUp is not null)
                throw new InvalidOperationException("The connection is watched already.");
            _hangUp = new TurnHangUp(this, watcher);
            _hangUp.Note();
        }
    }

    public void Close()
    {
        lock (Network.Gate)
            GiveBack(TraceKind.Closed);
    }

    public void Abort()
    {
        lock (Network.Gate)
            GiveBack(TraceKind.Aborted);
    }

    /// <summary>The connection came to nothing: nobody is told.</summary>
    public void Abandon() => SetEnded(silently: true);

    /// <summary>Its program gives it back.</summary>
    protected abstract void OnGivenBack(TraceKind how);

    protected override void OnReadable()
    {
        _receive.Wake();
        _hangUp?.Note();
    }

    protected override void OnRoom() => _send.Wake();

    private void GiveBack(TraceKind how)
    {
        if (IsEnded)
            return;
        OnGivenBack(how);
        End(reset: how == TraceKind.Aborted);
    }

    /// <summary>Reads what there is; memory is asked for outside the lock.</summary>
    public Transfer Receive(IReceiveBuffer buffer)
    {
        int waiting;
        lock (Network.Gate)
        {
            if (UnreadBytes == 0)
                return ReceiveEnd();
            waiting = Math.Min(NextBytes, MostBytes);
        }

        var memory = buffer.GetMemory(waiting);
        lock (Network.Gate)
        {
            // The end may have come while memory was asked for.
            if (UnreadBytes == 0)
                return ReceiveEnd();
            if (memory.IsEmpty)
                return new Transfer(0, SocketError.NoBufferSpaceAvailable); // no memory must not look like a FIN
            var read = Read(memory.Span);
            Network.Note(Number, Incoming, TraceKind.Received, memory.Span[..read]);
            _hangUp?.Note();
            return new Transfer(read, SocketError.Success);
        }
    }

    public Transfer Send(ReadOnlySpan<byte> data)
    {
        if (IsEnded)
            return new Transfer(0, SocketError.OperationAborted);
        if (ResetArrived)
            return new Transfer(0, SocketError.ConnectionReset);
        if (FinSent)
            return new Transfer(0, SocketError.Shutdown);
        var taken = Math.Min(data.Length, Out.Room);
        if (taken > 0)
            Out.Send(data[..taken].ToArray());
        return new Transfer(taken, SocketError.Success);
    }

    private Transfer ReceiveEnd()
    {
        if (IsEnded)
            return new Transfer(0, SocketError.OperationAborted);
        var error = ResetArrived ? SocketError.ConnectionReset : SocketError.Success;
        OnReported(error);
        return new Transfer(0, error);
    }

    public void OnReported(SocketError error)
    {
        ref var reported = ref error == SocketError.Success ? ref _finReported : ref _resetReported;
        if (!reported)
            Network.Note(Number, Incoming, error == SocketError.Success ? TraceKind.FinReceived : TraceKind.ResetReceived);
        reported = true;
    }

    private void ThrowIfSending()
    {
        if (_send.IsOutstanding)
            throw new InvalidOperationException("A send is outstanding already.");
    }
}
