using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// One side of a pair. It behaves like TCP on Linux where the difference can be seen: a close with unread input, and input that arrives
/// after the close, turn into a reset that destroys what is still on its way; an abort leaves the peer what had arrived.
/// One lock guards both sides; the executor's lock is only ever taken inside it, and no foreign code is called in it.
/// </summary>
internal sealed class MemoryConnection : ITransportConnection, ITurnEnd
{
    // The largest piece that is asked memory for at once; what doesn't fit stays for the next receive.
    private const int MaxPieceBytes = 64 * 1024;

    private readonly MemoryPipe _inbox;
    private readonly TurnReceive _receive;
    private readonly TurnSend _send;
    private MemoryConnection _peer;
    private TurnHangUp? _hangUp;

    private bool _ended;          // This side has closed or aborted.
    private bool _finSent;
    private bool _finReceived;    // It stands behind the bytes of the inbox,
    private bool _resetReceived;  // and so does this, which comes after a FIN.
    private bool _finReported;    // To a receive or to the watcher,
    private bool _resetReported;  // whichever came first.

    private MemoryConnection(MemoryNetwork network, Lock gate, EndPoint local, EndPoint remote)
    {
        (Queue, Gate, LocalEndPoint, RemoteEndPoint) = (network.Queue, gate, local, remote);
        _inbox = new MemoryPipe(network.WindowBytes);
        _receive = new TurnReceive(this);
        _send = new TurnSend(this);
        _peer = this; // Until Pair has made the other one; nobody sees it before.
    }

    public EndPoint LocalEndPoint { get; }

    public EndPoint RemoteEndPoint { get; }

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => Queue;

    public SchedulerExecutor Queue { get; }

    public Lock Gate { get; }

    /// <summary>
    /// The hang-up that neither a receive nor the watcher has been told. A receive that waits is woken before the watcher's turn is posted,
    /// and none waits once there is a hang-up, so it always goes first.
    /// </summary>
    public SocketError? UnreportedHangUp =>
        _ended ? null
        : _resetReceived ? (_resetReported ? null : SocketError.ConnectionReset)
        : _finReceived && !_finReported ? SocketError.Success
        : null;

    private bool IsReadable => _ended || _resetReceived || _finReceived || _inbox.Count > 0;

    public static (MemoryConnection Client, MemoryConnection Server) Pair(MemoryNetwork network, EndPoint clientName, EndPoint serverName)
    {
        var gate = new Lock();
        var client = new MemoryConnection(network, gate, clientName, serverName);
        var server = new MemoryConnection(network, gate, serverName, clientName) { _peer = client };
        client._peer = server;
        return (client, server);
    }

    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        lock (Gate)
        {
            if (_receive.IsOutstanding) throw new InvalidOperationException("A receive is outstanding already.");
            if (!IsReadable) return _receive.Begin(buffer);
        }
        return new ValueTask<Transfer>(Receive(buffer));
    }

    public Transfer TrySend(ReadOnlySpan<byte> data)
    {
        lock (Gate)
        {
            ThrowIfSending();
            return Send(data);
        }
    }

    public Transfer TrySend(IList<ArraySegment<byte>> segments)
    {
        lock (Gate)
        {
            ThrowIfSending();
            var sent = 0;
            foreach (var segment in segments)
            {
                var step = Send(segment);
                if (!step.Succeeded) return step; // Nothing was sent: the lock keeps the state as the first segment found it.
                sent += step.Bytes;
                if (step.Bytes < segment.Count) break;
            }
            return new Transfer(sent, SocketError.Success);
        }
    }

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
    {
        lock (Gate)
        {
            ThrowIfSending();
            var sent = Send(data.Span);
            return sent.Succeeded && sent.Bytes == 0 && !data.IsEmpty ? _send.Begin(data) : new ValueTask<Transfer>(sent);
        }
    }

    public SocketError ShutdownSending()
    {
        lock (Gate)
        {
            if (_ended) return SocketError.OperationAborted;
            if (_resetReceived) return SocketError.ConnectionReset;
            SendFin();
            _send.Wake();
            return SocketError.Success;
        }
    }

    public void Watch(IHangUpWatcher watcher)
    {
        lock (Gate)
        {
            if (_hangUp is not null) throw new InvalidOperationException("The connection is watched already.");
            _hangUp = new TurnHangUp(this, watcher);
            _hangUp.Note();
        }
    }

    public void Close()
    {
        lock (Gate)
        {
            if (_ended) return;
            if (_inbox.Count > 0) _peer.OnReset(destroysInput: true);
            else SendFin();
            End();
        }
    }

    public void Abort()
    {
        lock (Gate)
        {
            if (_ended) return;
            _peer.OnReset(destroysInput: false);
            End();
        }
    }

    public Transfer Receive(IReceiveBuffer buffer)
    {
        int waiting;
        lock (Gate)
        {
            if (_ended || _inbox.Count == 0) return ReceiveEnd();
            waiting = Math.Min(_inbox.Count, MaxPieceBytes);
        }
        var memory = buffer.GetMemory(waiting);
        lock (Gate)
        {
            // The end, or a reset that destroyed the bytes, may have come while memory was asked for.
            if (_ended || _inbox.Count == 0) return ReceiveEnd();
            // No memory must not look like a FIN.
            if (memory.IsEmpty) return new Transfer(0, SocketError.NoBufferSpaceAvailable);
            var received = _inbox.Read(memory.Span);
            _peer._send.Wake();
            NoteHangUp();
            return new Transfer(received, SocketError.Success);
        }
    }

    public Transfer Send(ReadOnlySpan<byte> data)
    {
        if (_ended) return new Transfer(0, SocketError.OperationAborted);
        if (_resetReceived) return new Transfer(0, SocketError.ConnectionReset);
        if (_finSent) return new Transfer(0, SocketError.Shutdown);
        if (data.IsEmpty) return default;
        if (_peer._ended)
        {
            OnReset(destroysInput: true);
            return new Transfer(0, SocketError.ConnectionReset);
        }
        var sent = _peer._inbox.Write(data);
        if (sent > 0) _peer._receive.Wake();
        return new Transfer(sent, SocketError.Success);
    }

    public void OnReported(SocketError error)
    {
        if (error == SocketError.Success) _finReported = true;
        else _resetReported = true;
    }

    private Transfer ReceiveEnd()
    {
        if (_ended) return new Transfer(0, SocketError.OperationAborted);
        var error = _resetReceived ? SocketError.ConnectionReset : SocketError.Success;
        OnReported(error);
        return new Transfer(0, error);
    }

    private void SendFin()
    {
        if (_finSent) return;
        _finSent = true;
        _peer.OnFin();
    }

    private void OnFin()
    {
        _finReceived = true;
        _receive.Wake();
        NoteHangUp();
    }

    private void OnReset(bool destroysInput)
    {
        if (_ended || _resetReceived) return;
        _resetReceived = true;
        if (destroysInput) _inbox.Clear();
        _receive.Wake();
        _send.Wake();
        NoteHangUp();
    }

    private void End()
    {
        _ended = true;
        _inbox.Clear();
        _receive.Wake();
        _send.Wake();
    }

    private void NoteHangUp() => _hangUp?.Note();

    private void ThrowIfSending()
    {
        if (_send.IsOutstanding) throw new InvalidOperationException("A send is outstanding already.");
    }
}
