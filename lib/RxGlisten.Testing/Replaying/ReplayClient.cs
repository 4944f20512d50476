using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>
/// The server's end of a recorded connection: gives each packet as it arrived then, takes whatever the server sends, and ends as the client did.
/// A waiting receive is completed in a turn of the transport's queue.
/// </summary>
internal sealed class ReplayClient(ReplayTransport transport, long id, EndPoint local, EndPoint remote) : ITransportConnection, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _packets = new();
    private TaskCompletionSource<Transfer>? _receive;
    private IReceiveBuffer? _buffer;
    private IHangUpWatcher? _watcher;
    private SocketError? _end; // of the client's side: Success for a FIN
    private bool _finished;    // the server's side
    private bool _closed;

    /// <summary>The number it was recorded under.</summary>
    public long Id => id;

    public EndPoint LocalEndPoint => local;

    public EndPoint RemoteEndPoint => remote;

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => transport.Executor;

    /// <summary>The client sends.</summary>
    public void Send(ReadOnlyMemory<byte> packet)
    {
        lock (_gate)
        {
            if (_closed || _end is not null || packet.IsEmpty)
                return;
            _packets.Enqueue(packet);
        }

        transport.Executor.Post(this);
    }

    /// <summary>The client finishes, or resets.</summary>
    public void End(SocketError error)
    {
        lock (_gate)
        {
            if (_closed || _end is not null)
                return;
            _end = error;
        }

        transport.Executor.Post(this);
    }

    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        lock (_gate)
        {
            if (_receive is not null)
                throw new InvalidOperationException("A receive is outstanding already.");
            if (!IsReadable)
            {
                _buffer = buffer;
                _receive = new TaskCompletionSource<Transfer>();
                return new(_receive.Task);
            }
        }

        return new(Receive(buffer));
    }

    /// <summary>Something came: ends the receive that waits for it, or tells of the hang-up.</summary>
    public void Execute()
    {
        TaskCompletionSource<Transfer>? receive;
        IReceiveBuffer? buffer;
        SocketError? hangUp;
        lock (_gate)
        {
            receive = IsReadable ? _receive : null;
            buffer = _buffer;
            hangUp = _receive is null && !_closed ? _end : null;
            if (receive is not null)
                _receive = null;
        }

        if (receive is not null)
            receive.SetResult(Receive(buffer!)); // a receive that waits has one
        else if (hangUp is { } error)
            _watcher?.OnHangUp(error);
    }

    public Transfer TrySend(ReadOnlySpan<byte> data)
    {
        if (Refusal() is { } refusal)
            return new Transfer(0, refusal);
        transport.Note(this, ConnectionEventKind.Sent, data);
        return new Transfer(data.Length, SocketError.Success);
    }

    public Transfer TrySend(IList<ArraySegment<byte>> segments)
    {
        var sent = new byte[segments.Sum(segment => segment.Count)];
        var filled = 0;
        foreach (var segment in segments)
        {
            segment.AsSpan().CopyTo(sent.AsSpan(filled));
            filled += segment.Count;
        }

        return TrySend(sent);
    }

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => new(TrySend(data.Span));

    public SocketError ShutdownSending()
    {
        lock (_gate)
        {
            if (_closed)
                return SocketError.OperationAborted;
            if (_end == SocketError.ConnectionReset)
                return SocketError.ConnectionReset;
            if (_finished)
                return SocketError.Success;
            _finished = true;
        }

        transport.Note(this, ConnectionEventKind.OutboundFinished, default);
        return SocketError.Success;
    }

    public void Watch(IHangUpWatcher watcher) => _watcher = watcher;

    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _packets.Clear();
        }

        transport.Executor.Post(this);
        transport.ClientClosed();
    }

    public void Abort() => Close();

    private bool IsReadable => _closed || _packets.Count > 0 || _end is not null;

    private SocketError? Refusal()
    {
        lock (_gate)
            return _closed ? SocketError.OperationAborted : _end == SocketError.ConnectionReset ? SocketError.ConnectionReset : _finished ? SocketError.Shutdown : null;
    }

    /// <summary>Of a readable connection: a packet, or the end.</summary>
    private Transfer Receive(IReceiveBuffer buffer)
    {
        ReadOnlyMemory<byte> packet;
        lock (_gate)
        {
            if (_closed)
                return new Transfer(0, SocketError.OperationAborted);
            if (!_packets.TryPeek(out packet))
                return new Transfer(0, _end!.Value); // readable without a packet is the end
        }

        var memory = buffer.GetMemory(packet.Length);
        var count = Math.Min(memory.Length, packet.Length);
        packet[..count].CopyTo(memory);
        lock (_gate)
        {
            if (_closed)
                return new Transfer(0, SocketError.OperationAborted);
            var left = count < packet.Length ? packet[count..] : default; // only where the options limit packets to less, or what comes is discarded
            _packets.Dequeue();
            if (!left.IsEmpty)
                PutBack(left);
        }

        return new Transfer(count, SocketError.Success);
    }

    private void PutBack(ReadOnlyMemory<byte> left)
    {
        var others = _packets.Count;
        _packets.Enqueue(left);
        for (; others > 0; others--)
            _packets.Enqueue(_packets.Dequeue());
    }
}
