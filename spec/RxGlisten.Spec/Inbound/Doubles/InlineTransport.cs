using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Reactive.Testing;

namespace RxGlisten.Spec.Inbound.Doubles;

/// <summary>
/// A transport as if another thread were always faster than who calls: what is posted runs inside the call, and the first receives have a byte each
/// at once. The others wait for one.
/// </summary>
internal sealed class InlineTransport(params byte[] arrived) : ITransportConnection, ITransportExecutor, IConnectionOwner
{
    private readonly Queue<byte> _arrived = new(arrived);
    private readonly Queue<(Memory<byte> Memory, TaskCompletionSource<Transfer> Task)> _waiting = new();

    public int Outstanding => _waiting.Count;

    /// <summary>Called when its owner is told of a connection's end.</summary>
    public Action<Connection>? Ended { get; set; }

    public EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

    public EndPoint RemoteEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 2);

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => this;

    public CancellationToken Draining => default;

    /// <summary>The connection over it, in virtual time that stands still.</summary>
    public Connection Connect()
    {
        var time = new TestScheduler();
        return new Connection(this, new ConnectionSettings(new ServerOptions { Scheduler = time }, new Clock(time), NullLogger.Instance, new ServerMetrics(null)), this);
    }

    /// <summary>A byte for the receive that waits longest.</summary>
    public void Arrive(byte value)
    {
        var (memory, task) = _waiting.Dequeue();
        memory.Span[0] = value;
        task.SetResult(new Transfer(1, SocketError.Success));
    }

    public void Post(IThreadPoolWorkItem work) => work.Execute();

    public void Run(IThreadPoolWorkItem work) => work.Execute();

    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        var memory = buffer.GetMemory(1);
        if (_arrived.TryDequeue(out memory.Span[0]))
            return new ValueTask<Transfer>(new Transfer(1, SocketError.Success));
        var task = new TaskCompletionSource<Transfer>();
        _waiting.Enqueue((memory, task));
        return new ValueTask<Transfer>(task.Task);
    }

    public Transfer TrySend(ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public Transfer TrySend(IList<ArraySegment<byte>> segments) => throw new NotSupportedException();

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => throw new NotSupportedException();

    public SocketError ShutdownSending() => throw new NotSupportedException();

    public void Watch(IHangUpWatcher watcher)
    {
    }

    public void Close()
    {
    }

    public void Abort()
    {
    }

    void IConnectionOwner.Release(Connection connection, CloseReason reason)
    {
    }

    void IConnectionOwner.Ended(Connection connection) => Ended?.Invoke(connection);
}
