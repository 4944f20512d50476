namespace RxGlisten;

/// <summary>
/// From plain to TLS in mid-connection (STARTTLS, as of RFC 3207). Each gives one element: an encrypted connection over the plain one. Cold; the handshake begins in a turn of the
/// transport, never inside <c>Subscribe</c>, and a connection can be upgraded once.
/// <para>
/// The plain connection must have no subscriber of <see cref="IConnection.Inbound"/> any more. What it has received and nobody used (what framing gave back) goes into the handshake:
/// nothing that was sent in the clear is ever delivered by the encrypted connection. What was queued on the plain <see cref="IConnection.Outbound"/> leaves before the handshake; nothing
/// may be sent or read there afterwards.
/// </para>
/// <para>
/// The encrypted connection is the subscriber's to dispose, as that of <see cref="RxClient.Connect(string, ClientOptions?)"/>, and to serve with any operator. The two end together: the close of
/// the encrypted one closes the plain one with its reason; a graceful close of the plain one (<c>Dispose</c>, its timeouts, its server operator) is one of the encrypted one, close_notify and all; what
/// cuts the plain one ends the encrypted one with its reason. Slots, limits and <see cref="IConnection.Draining"/> stay those of the plain one. Unsubscribing before the handshake is over closes both;
/// later it does nothing.
/// </para>
/// <para>
/// A handshake that fails or takes too long is a <see cref="ConnectionClosedException"/> with the reason (<see cref="CloseKind.ProtocolError"/>, where the peer did not leave by itself), and
/// both are closed. All calls come on the transport's thread.
/// </para>
/// </summary>
public static class TlsUpgradeExtensions
{
    /// <summary>As the server of the handshake.</summary>
    /// <param name="connection">The plain connection.</param>
    /// <param name="options">
    /// Keep one for all connections: what is made of its certificates is kept with it for each listener, and made anew of what they are then when <see cref="TlsOptions.ReloadInterval"/>
    /// is over. <see cref="TlsOptions.HandshakeLimit"/> is not looked at, for each of these connections has its slot.
    /// </param>
    /// <returns>Fails with <see cref="TlsCertificateException"/> where there is no certificate, and the plain connection stays as it was.</returns>
    /// <exception cref="ArgumentException">The connection is not one of this library's, or encrypted.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<IConnection> UpgradeToTls(this IConnection connection, TlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        TlsOptionsValidator.Validate(options);
        var plain = PlainOf(connection);
        return new UpgradeSequence(plain, below => plain.Settings.Upgrades.Of(options, plain).Wrap(below), options.HandshakeTimeout);
    }

    /// <summary>As the client of the handshake, within <see cref="ClientOptions.ConnectTimeout"/> (on an accepted connection, within its default).</summary>
    /// <param name="connection">The plain connection.</param>
    /// <param name="options">
    /// Where <see cref="TlsClientOptions.ServerName"/> is null the server has to be the host that was connected to.
    /// </param>
    /// <returns>Fails with <see cref="TlsCertificateException"/> where the client's own certificate can't be used, and the plain connection stays as it was.</returns>
    /// <exception cref="ArgumentException">The connection is not one of this library's, or encrypted; or the server's name is to be verified, and there is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<IConnection> UpgradeToTls(this IConnection connection, TlsClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        TlsOptionsValidator.Validate(options);
        var plain = PlainOf(connection);
        var client = new TlsClient(options, plain.ConnectedTo);
        return new UpgradeSequence(plain, client.Wrap, ((plain.Settings.Options as ClientOptions) ?? new ClientOptions()).ConnectTimeout);
    }

    private static Connection PlainOf(IConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var plain = Connection.Of(connection)
            ?? throw new ArgumentException("Only the library's own connections can be upgraded, or what wraps them.", nameof(connection));
        return plain.Tls is null ? plain : throw new ArgumentException("The connection is encrypted already.", nameof(connection));
    }
}
