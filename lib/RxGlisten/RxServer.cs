using System.Net;

namespace RxGlisten;

/// <summary>
/// Serves TCP, TLS and unix sockets as observables of connections. An endpoint that implements <see cref="ITransportEndPoint"/> is
/// served by its own transport.
/// </summary>
public static class RxServer
{
    /// <summary>
    /// Connections to an endpoint. Cold: each subscription binds and runs acceptors of its own; disposing it closes the listening socket
    /// and leaves the connections that were delivered alive. <c>OnNext</c> calls are serial, on the transport's thread.
    /// It fails with <see cref="ListenException"/> when it can't bind, or can't go on accepting.
    /// </summary>
    /// <param name="endpoint">Where to listen; port 0 lets the system choose.</param>
    /// <param name="options">How to serve; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<IConnection> Listen(EndPoint endpoint, ServerOptions? options = null)
    {
        ServerOptions valid = Check(endpoint, options);
        return new ColdListener(() => Listener.Bind(endpoint, TransportChoice.Of(endpoint, valid), valid));
    }

    /// <summary>Connections to an address, as <see cref="Listen(EndPoint, ServerOptions?)"/>.</summary>
    /// <param name="address">
    /// "tcp://127.0.0.1:3000", "tcp://[::1]:3000", "tcp://localhost:0", "tcp://*:3000", "3000" (loopback), "unix:/run/app.sock" or
    /// "unix:@abstract-name".
    /// </param>
    /// <param name="options">How to serve; null for the defaults.</param>
    /// <exception cref="FormatException">The address is none of these; thrown by this call itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<IConnection> Listen(string address, ServerOptions? options = null) => Listen(Parse(address), options);

    /// <summary>Binds. The listener is bound when this returns, and accepts once it is subscribed.</summary>
    /// <param name="endpoint">Where to listen; port 0 lets the system choose.</param>
    /// <param name="options">How to serve; null for the defaults.</param>
    /// <exception cref="ListenException">The endpoint can't be bound; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IListener Bind(EndPoint endpoint, ServerOptions? options = null)
    {
        ServerOptions valid = Check(endpoint, options);
        return Listener.Bind(endpoint, TransportChoice.Of(endpoint, valid), valid);
    }

    /// <summary>Binds an address, as <see cref="Bind(EndPoint, ServerOptions?)"/>.</summary>
    /// <param name="address">As for <see cref="Listen(string, ServerOptions?)"/>.</param>
    /// <param name="options">How to serve; null for the defaults.</param>
    /// <exception cref="FormatException">The address is not one.</exception>
    /// <exception cref="ListenException">The endpoint can't be bound; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IListener Bind(string address, ServerOptions? options = null) => Bind(Parse(address), options);

    private static EndPoint Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ServerAddress.Parse(address);
    }

    private static ServerOptions Check(EndPoint endpoint, ServerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ServerOptions valid = options ?? new ServerOptions();
        ServerOptionsValidator.Validate(valid);
        return valid;
    }
}
