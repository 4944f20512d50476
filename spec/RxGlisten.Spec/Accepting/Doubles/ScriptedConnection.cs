using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>A connection whose peer has nothing more to say.</summary>
internal sealed class ScriptedConnection(ITransportExecutor executor, EndPoint? remote = null) : ITransportConnection
{
    public bool IsAborted { get; private set; }

    public bool IsClosed { get; private set; }

    public EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

    public EndPoint RemoteEndPoint { get; } = remote ?? new IPEndPoint(IPAddress.Loopback, 2);

    public TlsInfo? Tls => null;

    public ITransportExecutor Executor => executor;

    public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer) =>
        new(new Transfer(0, IsAborted || IsClosed ? SocketError.OperationAborted : SocketError.Success));

    public Transfer TrySend(ReadOnlySpan<byte> data) => new(data.Length, SocketError.Success);

    public Transfer TrySend(IList<ArraySegment<byte>> segments) => new(segments.Sum(segment => segment.Count), SocketError.Success);

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => new(new Transfer(data.Length, SocketError.Success));

    public SocketError ShutdownSending() => SocketError.Success;

    public void Watch(IHangUpWatcher watcher)
    {
    }

    public void Close() => IsClosed = true;

    public void Abort() => IsAborted = true;
}
