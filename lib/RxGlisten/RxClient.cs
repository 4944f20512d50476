using System.Net;

namespace RxGlisten;

/// <summary>
/// Connects to TCP and unix servers: the same <see cref="IConnection"/> as a server's, from the other side. An endpoint that implements
/// <see cref="ITransportEndPoint"/> is reached by its own transport.
/// </summary>
public static class RxClient
{
    /// <summary>
    /// A connection to an endpoint, which the subscriber owns and disposes. Cold: each subscription connects once, gives one element and
    /// completes, on the transport's thread and never inside <c>Subscribe</c>. Unsubscribing before that gives up and leaves nothing
    /// behind; unsubscribing later does not close the connection. It fails with <see cref="ConnectException"/>; to try again, see
    /// <see cref="RetryBackOffExtensions.RetryBackOff"/>.
    /// </summary>
    /// <param name="endpoint">
    /// Where to: an <see cref="IPEndPoint"/>, a <see cref="DnsEndPoint"/> (its addresses of both families are tried in the order of the system's
    /// answer), or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.
    /// </param>
    /// <param name="options">How to connect; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<IConnection> Connect(EndPoint endpoint, ClientOptions? options = null) =>
        ConnectorTo(endpoint, options ?? new ClientOptions());

    /// <summary>A connection to an address, as <see cref="Connect(EndPoint, ClientOptions?)"/>.</summary>
    /// <param name="address">
    /// "tcp://example.org:3000", "tcp://127.0.0.1:3000", "tcp://[::1]:3000", "3000" (loopback), "unix:/run/app.sock" or
    /// "unix:@abstract-name".
    /// </param>
    /// <param name="options">How to connect; null for the defaults.</param>
    /// <exception cref="FormatException">The address is none of these; thrown by this call itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<IConnection> Connect(string address, ClientOptions? options = null) => Connect(Parse(address), options);

    /// <summary>
    /// Connects, runs a sequence over the connection, and closes it, gracefully, when that sequence ends or is unsubscribed. Cold: each
    /// subscription has a connection of its own, so <c>Repeat</c> and <c>RetryBackOff</c> connect anew. A connection that is lost, whether
    /// or not the sequence reads from it, is an <c>OnError</c> of <see cref="ConnectionClosedException"/> here unless
    /// <see cref="ConnectionOptions.AbnormalClosure"/> says otherwise; one that the server finishes orderly completes
    /// <see cref="IConnection.Inbound"/>.
    /// </summary>
    /// <param name="endpoint">As of <see cref="Connect(EndPoint, ClientOptions?)"/>.</param>
    /// <param name="use">
    /// Makes the sequence; called once the connection is there, on the transport's thread. Its elements come on its own threads; the
    /// connection is this operator's to close.
    /// </param>
    /// <param name="options">How to connect; null for the defaults.</param>
    /// <returns>
    /// It fails with <see cref="ConnectException"/>, with <see cref="ConnectionClosedException"/>, or as <paramref name="use"/> and its sequence do.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<T> Use<T>(EndPoint endpoint, Func<IConnection, IObservable<T>> use, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(use);
        ClientOptions given = options ?? new ClientOptions();
        return new UseSequence<T>(ConnectorTo(endpoint, given with { AbnormalClosure = given.AbnormalClosure ?? AbnormalClosure.Error }), use);
    }

    /// <summary>
    /// Connects to an address and uses the connection, as
    /// <see cref="Use{T}(EndPoint, Func{IConnection, IObservable{T}}, ClientOptions?)"/>.
    /// </summary>
    /// <param name="address">As for <see cref="Connect(string, ClientOptions?)"/>.</param>
    /// <param name="use">Makes the sequence.</param>
    /// <param name="options">How to connect; null for the defaults.</param>
    /// <exception cref="FormatException">The address is not one; thrown by this call itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<T> Use<T>(string address, Func<IConnection, IObservable<T>> use, ClientOptions? options = null) =>
        Use(Parse(address), use, options);

    private static EndPoint Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ClientAddress.Parse(address);
    }

    private static Connector ConnectorTo(EndPoint endpoint, ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ClientOptionsValidator.Validate(options);
        return new Connector(endpoint, TransportChoice.Of(endpoint, options), options);
    }
}
