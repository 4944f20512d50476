using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>TLS over another transport, as a transport of its own: an accept is over when the handshake is.</summary>
internal sealed class TlsTransport(ITransport inner, TlsOptions options) : ITransport
{
    public bool UsesDescriptors => inner.UsesDescriptors;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) =>
        new Listener(inner.Listen(endpoint, settings), new TlsServer(options, null, NullLogger.Instance));

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
