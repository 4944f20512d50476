using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>TLS over another transport, as a transport of its own: an accept is over when the handshake is.</summary>
internal sealed class TlsTransport(ITransport inner, TlsOptions options) : ITransport
{
    public bool UsesDescriptors => inner.UsesDescriptors;

    public ITransportExecutor Executor => inner.Executor;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) =>
        new Listener(inner.Listen(endpoint, settings), new TlsServer(options, null, NullLogger.Instance));

    public async ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        var connected = await inner.ConnectAsync(endpoint, settings, cancellation).ConfigureAwait(false);
        if (connected.Connection is not { } plain)
            return connected;
        var client = new TlsClient(new TlsClientOptions { ServerName = "localhost", Authorities = [TestAuthority.Trusted.Root] }, endpoint);
        var (secure, failure) = await client.HandshakeAsync(plain, cancellation).ConfigureAwait(false);
        return failure is null ? new ConnectResult(secure, SocketError.Success) : new ConnectResult(null, SocketError.ConnectionAborted);
    }

    private sealed class Listener(ITransportListener inner, TlsServer tls) : ITransportListener
    {
        public EndPoint LocalEndPoint => inner.LocalEndPoint;

        public ITransportExecutor Executor => inner.Executor;

        public async ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
        {
            var accepted = await inner.AcceptAsync(cancellation).ConfigureAwait(false);
            if (accepted.Connection is null)
                return accepted;
            var secure = tls.Wrap(accepted.Connection);
            return await secure.HandshakeAsync().ConfigureAwait(false) is null
                ? new AcceptResult(secure, SocketError.Success)
                : new AcceptResult(null, SocketError.ConnectionAborted);
        }

        public void Dispose()
        {
            inner.Dispose();
            tls.Dispose();
        }
    }
}
