using System.Net;

namespace RxGlisten.Spec.Testing;

/// <summary>An endpoint whose connections are wrapped, so that a spec can plant a bug below a server.</summary>
internal sealed class FaultyEndPoint(EndPoint endpoint, Func<ITransportConnection, ITransportConnection> wrap) : EndPoint, ITransportEndPoint, ITransport
{
    public ITransport Transport => this;

    public bool UsesDescriptors => false;

    public ITransportExecutor Executor => Inner.Executor;

    private ITransport Inner => ((ITransportEndPoint)endpoint).Transport;

    public ITransportListener Listen(EndPoint asked, TransportSettings settings) => new Listener(Inner.Listen(endpoint, settings), wrap);

    public ValueTask<ConnectResult> ConnectAsync(EndPoint asked, ConnectSettings settings, CancellationToken cancellation) =>
        Inner.ConnectAsync(endpoint, settings, cancellation);

    private sealed class Listener(ITransportListener inner, Func<ITransportConnection, ITransportConnection> wrap) : ITransportListener
    {
        public EndPoint LocalEndPoint => inner.LocalEndPoint;

        public ITransportExecutor Executor => inner.Executor;

        public async ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
        {
            var accepted = await inner.AcceptAsync(cancellation);
            return accepted.Connection is { } connection ? accepted with { Connection = wrap(connection) } : accepted;
        }

        public void Dispose() => inner.Dispose();
    }
}
