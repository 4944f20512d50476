using System.Net;

namespace RxGlisten.Spec.Testing;

/// <summary>A connection that does what the one inside does; bugs override.</summary>
internal class FaultyConnection(ITransportConnection inner) : ITransportConnection
{
    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public virtual EndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public TlsInfo? Tls => inner.Tls;

    public ITransportExecutor Executor => inner.Executor;

    protected ITransportConnection Inner => inner;

    public virtual ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer) => inner.ReceiveAsync(buffer);

    public virtual Transfer TrySend(ReadOnlySpan<byte> data) => inner.TrySend(data);

    public virtual Transfer TrySend(IList<ArraySegment<byte>> segments) => inner.TrySend(segments);

    public virtual ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => inner.SendAsync(data);

    public virtual System.Net.Sockets.SocketError ShutdownSending() => inner.ShutdownSending();

    public virtual void Watch(IHangUpWatcher watcher) => inner.Watch(watcher);

    public virtual void Close() => inner.Close();

    public virtual void Abort() => inner.Abort();
}
