using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RxGlisten.Spec.Inbound.Doubles;

/// <summary>A transport connection that counts what is asked of it.</summary>
internal sealed class WatchedConnection(ITransportConnection inner) : ITransportConnection
{
    /// <summary>Receives issued so far.</summary>
    public int Receives { get; private set; }

    /// <summary>Whether a receive is outstanding.</summary>
    public bool IsReceiving { get; private set; }

    /// <summary>How often memory was asked for.</summary>
    public int Asks { get; private set; }

    /// <summary>What was given the last time.</summary>
    public Memory<byte> Lent { get; private set; }

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public TlsInfo? Tls => inner.Tls;

    public ITransportExecutor Executor => inner.Executor;

    // This builder's continuations run inline whatever context the spec's thread has.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
    {
        Receives++;
        IsReceiving = true;
        var received = await inner.ReceiveAsync(new Buffer(this, buffer)).ConfigureAwait(false);
        IsReceiving = false;
        return received;
    }

    public Transfer TrySend(ReadOnlySpan<byte> data) => inner.TrySend(data);

    public Transfer TrySend(IList<ArraySegment<byte>> segments) => inner.TrySend(segments);

    public ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) => inner.SendAsync(data);

    public SocketError ShutdownSending() => inner.ShutdownSending();

    public void Watch(IHangUpWatcher watcher) => inner.Watch(watcher);

    public void Close() => inner.Close();

    public void Abort() => inner.Abort();

    private sealed class Buffer(WatchedConnection owner, IReceiveBuffer buffer) : IReceiveBuffer
    {
        public Memory<byte> GetMemory(int available)
        {
            owner.Asks++;
            return owner.Lent = buffer.GetMemory(available);
        }
    }
}
