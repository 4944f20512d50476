using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>The TLS of a client.</summary>
internal sealed class TlsClient
{
    private readonly TlsClientOptions _options;
    private readonly string _serverName;

    /// <summary>Takes up the options.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="endpoint">What is connected to: its host is who the server has to be, unless the options name it.</param>
    /// <exception cref="ArgumentException">The server's name is to be verified, and there is none.</exception>
    public TlsClient(TlsClientOptions options, EndPoint endpoint)
    {
        _options = options;
        _serverName = options.ServerName ?? endpoint switch
        {
            DnsEndPoint name => name.Host,
            IPEndPoint ip => ip.Address.ToString(),
            _ => "",
        };
        if (_serverName.Length == 0 && options.VerifiesServer)
        {
            throw new ArgumentException(
                $"{endpoint} has no host name that the server's certificate could be verified for: set {nameof(TlsClientOptions)}.{nameof(TlsClientOptions.ServerName)}.",
                nameof(options));
        }
    }

    /// <summary>Makes the handshake on a connection that was just made. It owns it: one that fails is closed.</summary>
    /// <param name="connected">The connection.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The connection, or why there is none.</returns>
    /// <exception cref="TlsCertificateException">The client's own certificate can't be used.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(TlsConnection? Connection, CloseReason? Failure)> HandshakeAsync(ITransportConnection connected, CancellationToken cancellation)
    {
        TlsConnection secure;
        try
        {
            secure = await TlsConnection.MakeAsync(connected, Wrap).ConfigureAwait(false);
        }
        catch (Exception)
        {
            connected.Abort();
            throw;
        }

        var cut = cancellation.UnsafeRegister(static connection => ((TlsConnection)connection!).Abort(), secure); // it was given one
        var failure = await secure.HandshakeAsync().ConfigureAwait(false);
        cut.Unregister();
        if (failure is null)
            return (secure, null);
        secure.Close();
        return (null, failure);
    }

    /// <summary>A connection whose handshake is still to be made.</summary>
    public TlsConnection Wrap(ITransportConnection connected)
    {
        var authentication = Make();
        return new TlsConnection(connected, ssl => ssl.AuthenticateAsClientAsync(authentication));
    }

    [SuppressMessage("Security", "CA5359", Justification = "The user has turned verification off in so many words.")]
    private SslClientAuthenticationOptions Make()
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = _serverName,
            EnabledSslProtocols = TlsProtocols.From(_options.MinimumVersion),
            ApplicationProtocols = TlsProtocols.Alpn(_options.Alpn),
            AllowRenegotiation = false,
            CertificateChainPolicy = CertificatePolicy.Trusting(_options.Authorities, CertificatePolicy.ServerAuthentication, _options.Revocation),
        };
        if (_options.Certificate?.Source.Latest() is { } own)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(own.Leaf, own.Intermediates, offline: true);
        if (!_options.VerifiesServer)
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        return options;
    }
}
