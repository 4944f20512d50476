using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>A certificate that may be followed by others, as what a handshake needs. One that is over is left to the garbage collector: handshakes may still use it.</summary>
internal sealed class LiveCertificate(TlsOptions tls, string name, ILogger log) : ICertificateFollower
{
    private volatile SslServerAuthenticationOptions? _options;

    /// <summary>For the next handshake.</summary>
    public SslServerAuthenticationOptions Options => _options!; // there is one before anybody asks

    public void OnCertificate(CertificateWithChain certificate)
    {
        var isFirst = _options is null;
        _options = Make(certificate);
        if (!isFirst)
            TlsLog.CertificateRenewed(log, name, certificate.Leaf.Subject, certificate.Leaf.NotAfter.ToUniversalTime());
    }

    public void OnFailure(Exception error) => TlsLog.CertificateRefused(log, name, error);

    private SslServerAuthenticationOptions Make(CertificateWithChain certificate)
    {
        var verification = tls.ClientVerification;
        var options = new SslServerAuthenticationOptions
        {
            // Offline: nothing is downloaded, neither the intermediates that a certificate names nor revocation answers to staple.
            ServerCertificateContext = SslStreamCertificateContext.Create(
                certificate.Leaf, certificate.Intermediates, offline: true,
                verification.IsOff ? null : SslCertificateTrust.CreateForX509Collection(verification.Authorities, sendTrustInHandshake: true)),
            EnabledSslProtocols = TlsProtocols.From(tls.MinimumVersion),
            ApplicationProtocols = TlsProtocols.Alpn(tls.Alpn),
            AllowRenegotiation = false,
            ClientCertificateRequired = !verification.IsOff,
        };
        if (verification.IsOff)
            return options;
        options.CertificateChainPolicy = CertificatePolicy.Trusting(verification.Authorities, CertificatePolicy.ClientAuthentication, verification.Revocation);
        if (!verification.IsRequired)
            options.RemoteCertificateValidationCallback = static (_, _, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNotAvailable;
        return options;
    }
}
