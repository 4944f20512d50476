using System.Net;

namespace RxGlisten;

/// <summary>TCP and unix sockets by <see cref="System.Net.Sockets"/>: the transport of every endpoint that brings none of its own.</summary>
internal sealed class SocketTransport : ITransport
{
    private SocketTransport()
    {
    }

    /// <summary>The one there is.</summary>
    public static SocketTransport Instance { get; } = new();

    public bool UsesDescriptors => true;

    public ITransportExecutor Executor => PoolExecutor.Instance;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) =>
        new SocketListener(ListeningSocket.Open(endpoint, settings), settings);

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        EndPointResolution.ConnectAsync(endpoint, address => SocketConnector.ConnectAsync(address, settings, cancellation), cancellation);
}
