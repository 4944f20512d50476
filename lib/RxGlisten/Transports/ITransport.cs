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

    /// <summary>Binds and listens; the listener is ready to accept when this returns.</summary>
    /// <param name="endpoint">Where to listen.</param>
    /// <param name="settings">What the listening end needs to know.</param>
    /// <exception cref="ListenException">The endpoint can't be bound; the message says why and what to do.</exception>
    ITransportListener Listen(EndPoint endpoint, TransportSettings settings);
}
