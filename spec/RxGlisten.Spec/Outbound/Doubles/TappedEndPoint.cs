using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RxGlisten.Spec.Outbound.Doubles;

/// <summary>An endpoint whose connections are those of another, with a <see cref="Tap"/> on what the library asks of them.</summary>
internal sealed class TappedEndPoint(EndPoint inner, Tap tap) : EndPoint, ITransportEndPoint, ITransport
{
    public ITransport Transport => this;

    public bool UsesDescriptors => false;

    public override AddressFamily AddressFamily => inner.AddressFamily;

    public ITransportExecutor Executor => Inner.Executor;

    private ITransport Inner => ((ITransportEndPoint)inner).Transport;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) => new TappedListener(Inner.Listen(inner, settings), tap);

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        Inner.ConnectAsync(inner, settings, cancellation);

    private sealed class TappedListener(ITransportListener inner, Tap tap) : ITransportListener
    {
        public EndPoint LocalEndPoint => inner.LocalEndPoint;

        public ITransportExecutor Executor => inner.Executor;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // its continuation runs inline, whatever the context
        public async ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
        {
            var result = await inner.AcceptAsync(cancellation).ConfigureAwait(false);
            return result.Connection is { } connection ? result with { Connection = new TappedConnection(connection, tap) } : result;
        }

        public void Dispose() => inner.Dispose();
    }

    private sealed class TappedConnection(ITransportConnection inner, Tap tap) : ITransportConnection
    {
        public EndPoint LocalEndPoint => inner.LocalEndPoint;

        public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

        public TlsInfo? Tls => inner.Tls;

        public ITransportExecutor Executor { get; } = tap.Executor(inner.Executor);

        public ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer) => inner.ReceiveAsync(new TappedBuffer(buffer, tap));

        public Transfer TrySend(ReadOnlySpan<byte> data)
        {
            tap.BeforeSend?.Invoke();
            return tap.Sent(data, inner.TrySend(data));
        }

        public Transfer TrySend(IList<ArraySegment<byte>> segments)
        {
            tap.BeforeSend?.Invoke();
            return tap.Sent(inner.TrySend(segments));
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public async ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data) =>
            tap.Sent(await inner.SendAsync(data).ConfigureAwait(false));

        public SocketError ShutdownSending()
        {
            var error = inner.ShutdownSending();
            tap.AfterFin?.Invoke();
            return error;
        }

        public void Watch(IHangUpWatcher watcher) => inner.Watch(watcher);

        public void Close() => inner.Close();

        public void Abort() => inner.Abort();
    }

    private sealed class TappedBuffer(IReceiveBuffer inner, Tap tap) : IReceiveBuffer
    {
        public Memory<byte> GetMemory(int available) => tap.ReceivedInto = inner.GetMemory(available);
    }
}
