using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>
/// Whether clients are to prove, by certificates, who they are. The same on every kind of endpoint. What a client proved is in <see cref="TlsInfo.ClientCertificate"/>.
/// </summary>
public sealed record ClientVerification
{
    private ClientVerification(X509Certificate2Collection authorities) => Authorities = authorities;

    /// <summary>They are not asked.</summary>
    public static ClientVerification Off { get; } = new([]);

    /// <summary>
    /// Whether a client without a certificate is refused. Default true; false asks, and takes those that have none, but not those whose certificate is wrong.
    /// </summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>
    /// Whether it is looked up that certificates were not revoked. Default <see cref="X509RevocationMode.NoCheck"/>, because the look-up asks servers of others, which
    /// takes a thread and, when they don't answer, the whole <see cref="TlsOptions.HandshakeTimeout"/>: short-lived certificates are the better answer.
    /// </summary>
    public X509RevocationMode Revocation { get; init; } = X509RevocationMode.NoCheck;

    internal X509Certificate2Collection Authorities { get; }

    internal bool IsOff => Authorities.Count == 0;

    /// <summary>Clients must have a certificate that one of these authorities issued, directly or by intermediates that the client sends.</summary>
    /// <param name="path">The authorities' certificates: PEM, or one in DER.</param>
    /// <exception cref="TlsCertificateException">The file is missing, or holds no certificates.</exception>
    public static ClientVerification FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(CertificateReader.ReadAuthorities(CertificateInput.Read("authority", path)));
    }

    /// <summary>The same, of one authority.</summary>
    /// <param name="authority">The authority's certificate.</param>
    /// <exception cref="TlsCertificateException">It is no certificate.</exception>
    public static ClientVerification FromDer(byte[] authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return new(CertificateReader.ReadAuthorities(CertificateInput.Given("authority", authority)));
    }
}
