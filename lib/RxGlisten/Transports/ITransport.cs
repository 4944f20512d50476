using System.Net;

namespace RxGlisten;

/// <summary>
/// A way to carry bytes: sockets, memory, an event loop. It knows nothing of Rx; everything above it is the same for all.
/// An <see cref="EndPoint"/> that implements <see cref="ITransportEndPoint"/> brings its own; every other one is served by sockets.
/// </summary>
public interface ITransport
{
    /// <summary>
    /// Whether its connections take descriptors of the process, so that the default of <see cref="ServerOptions.MaxConnections"/> has to count them.
    /// </summary>
    bool UsesDescriptors { get; }

    /// <summary>Where the continuations of its connects run.</summary>
    ITransportExecutor Executor { get; }

    /// <summary>Binds and listens; the listener is ready to accept when this returns.</summary>
    /// <param name="endpoint">Where to listen.</param>
    /// <param name="settings">What the listening end needs to know.</param>
    /// <exception cref="ListenException">The endpoint can't be bound; the message says why and what to do.</exception>
    ITransportListener Listen(EndPoint endpoint, TransportSettings settings);

    /// <summary>Connects. Errors are results; it does not throw. The caller owns the connection, and sets the time limit by its cancellation.</summary>
    /// <param name="endpoint">Where to. Sockets take a <see cref="DnsEndPoint"/> as well, and try its addresses in the order of the system's answer.</param>
    /// <param name="settings">What the connecting end needs to know.</param>
    /// <param name="cancellation">Ends it with <see cref="System.Net.Sockets.SocketError.OperationAborted"/>; nothing is left behind.</param>
    ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation);
}
