using System.Diagnostics.CodeAnalysis;
using System.Net.Security;

namespace RxGlisten;

/// <summary>The client's side of TLS.</summary>
internal static class TlsClient
{
    /// <summary>Wraps a connection that this side made; the handshake is still to be made.</summary>
    /// <param name="connected">The connection; the wrapper owns it.</param>
    /// <param name="options">How.</param>
    /// <param name="host">The host of the address, for where the options name none; empty where it has none.</param>
    /// <exception cref="TlsCertificateException">The client's own certificate can't be used.</exception>
    public static TlsConnection Wrap(ITransportConnection connected, TlsClientOptions options, string host)
    {
        var authentication = Make(options, host);
        return new TlsConnection(connected, ssl => ssl.AuthenticateAsClientAsync(authentication));
    }

    [SuppressMessage("Security", "CA5359", Justification = "The user has turned verification off in so many words.")]
    private static SslClientAuthenticationOptions Make(TlsClientOptions tls, string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName ?? host,
            EnabledSslProtocols = TlsProtocols.From(tls.MinimumVersion),
            ApplicationProtocols = TlsProtocols.Alpn(tls.Alpn),
            AllowRenegotiation = false,
            CertificateChainPolicy = CertificatePolicy.Trusting(tls.Authorities, CertificatePolicy.ServerAuthentication, tls.Revocation),
        };
        if (tls.Certificate?.Source.Latest() is { } own)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(own.Leaf, own.Intermediates, offline: true);
        if (!tls.VerifiesServer)
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        return options;
    }
}
