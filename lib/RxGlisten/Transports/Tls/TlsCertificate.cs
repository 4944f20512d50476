using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>
/// A certificate with its private key and the intermediates that are sent with it, or a source of them. What is read is read and checked at once, so that whatever is
/// wrong with it is told where it is named; immutable, and usable for any number of servers.
/// </summary>
public sealed class TlsCertificate
{
    private TlsCertificate(CertificateSource source) => Source = source;

    internal CertificateSource Source { get; }

    /// <summary>Reads PEM files (RFC 7468). They are read again when a server binds, and while it runs, if <see cref="TlsOptions.ReloadInterval"/> says so.</summary>
    /// <param name="certificatePath">The certificate, and its intermediates after it.</param>
    /// <param name="keyPath">The key: "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY" or "ENCRYPTED PRIVATE KEY". May be the same file.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <exception cref="TlsCertificateException">A file is missing, damaged, expired, or not what it should be; the message says which and how.</exception>
    public static TlsCertificate FromPemFiles(string certificatePath, string keyPath, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificatePath);
        ArgumentException.ThrowIfNullOrEmpty(keyPath);
        return OfPemFiles(certificatePath, keyPath, password, TimeProvider.System);
    }

    /// <summary>Reads PEM (RFC 7468).</summary>
    /// <param name="certificate">The certificate, and its intermediates after it.</param>
    /// <param name="key">The key, as for <see cref="FromPemFiles"/>.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <exception cref="TlsCertificateException">One of them can't be used; the message says which and why.</exception>
    public static TlsCertificate FromPem(string certificate, string key, string? password = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        var input = CertificateInput.Given("certificate", certificate);
        return new(new FixedCertificate(CertificateReader.FromPem(input, CertificateInput.Given("key", key), password).Checked(input, TimeProvider.System)));
    }

    /// <summary>Reads DER.</summary>
    /// <param name="certificate">The certificate (X.509).</param>
    /// <param name="keyType">How the key is to be read.</param>
    /// <param name="key">The key.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <param name="intermediates">The intermediates, from the certificate's issuer upwards; null for none.</param>
    /// <exception cref="TlsCertificateException">One of them can't be used; the message says which and why.</exception>
    public static TlsCertificate FromDer(
        byte[] certificate, TlsKeyType keyType, byte[] key, string? password = null, IReadOnlyList<byte[]>? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        var input = CertificateInput.Given("certificate", certificate);
        return new(new FixedCertificate(
            CertificateReader.FromDer(input, intermediates ?? [], keyType, CertificateInput.Given("key", key), password).Checked(input, TimeProvider.System)));
    }

    /// <summary>Reads a PKCS#12 file (RFC 7292; .pfx, .p12). It is read again as those of <see cref="FromPemFiles"/> are.</summary>
    /// <param name="path">A certificate with its key, and its intermediates.</param>
    /// <param name="password">Its password.</param>
    /// <exception cref="TlsCertificateException">The file is missing, damaged, expired, or not what it should be.</exception>
    public static TlsCertificate FromPfx(string path, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(new CertificateFiles(inputs => CertificateReader.FromPfx(inputs[0], password), TimeProvider.System, ("certificate", path)));
    }

    /// <summary>Takes a certificate of the program's own.</summary>
    /// <param name="certificate">With its key. Not disposed; it must stay usable for as long as it is served.</param>
    /// <param name="intermediates">What is sent with it; null for none.</param>
    /// <exception cref="TlsCertificateException">It has no key, or is not valid now.</exception>
    public static TlsCertificate FromCertificate(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new(new FixedCertificate(
            new CertificateWithChain(certificate, [.. intermediates ?? []]).Checked(CertificateInput.Given("certificate", []), TimeProvider.System)));
    }

    /// <summary>
    /// Follows a sequence of certificates: new handshakes get the newest, connections live on with the one they began with. Subscribed by each server when it binds,
    /// until it stops. It must give one when it is subscribed (a <c>BehaviorSubject</c> does). One that can't be used, an error and the end leave the
    /// one before in use; the first two are logged.
    /// </summary>
    /// <param name="certificates">With their keys. Not disposed; each must stay usable for as long as a handshake may use it.</param>
    /// <param name="intermediates">What is sent with each of them; null for none.</param>
    public static TlsCertificate FromObservable(IObservable<X509Certificate2> certificates, X509Certificate2Collection? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        return new(new ObservedCertificate(certificates, [.. intermediates ?? []], TimeProvider.System));
    }

    /// <summary>As <see cref="FromPemFiles"/>, by another wall clock.</summary>
    internal static TlsCertificate OfPemFiles(string certificatePath, string keyPath, string? password, TimeProvider clock) => new(new CertificateFiles(
        inputs => CertificateReader.FromPem(inputs[0], inputs[1], password), clock, ("certificate", certificatePath), ("key", keyPath)));
}
