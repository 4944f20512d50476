using System.Collections.ObjectModel;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>How a server uses TLS (RFC 8446, RFC 5246), on whatever endpoint. Validated when it binds.</summary>
/// <param name="Certificate">The server's certificate, for clients that ask for no name or for one that is not in <see cref="ServerNames"/>.</param>
public sealed record TlsOptions(TlsCertificate Certificate)
{
    /// <summary>
    /// Certificates by the name that a client asks for (SNI, RFC 6066): "example.org", or "*.example.org" for all names with one part in front of it. Case doesn't matter.
    /// Default none.
    /// </summary>
    public IReadOnlyDictionary<string, TlsCertificate> ServerNames { get; init; } = ReadOnlyDictionary<string, TlsCertificate>.Empty;

    /// <summary>
    /// Protocols to choose from by ALPN (RFC 7301), the most wanted first, such as "h2" and "http/1.1". A client that offers others only is refused; one that
    /// offers none is not. Default none.
    /// </summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];

    /// <summary>The oldest version that is spoken: <see cref="SslProtocols.Tls12"/>, the default, or <see cref="SslProtocols.Tls13"/>.</summary>
    public SslProtocols MinimumVersion { get; init; } = SslProtocols.Tls12;

    /// <summary>Whether clients are to prove who they are. Default <see cref="ClientVerification.Off"/>.</summary>
    public ClientVerification ClientVerification { get; init; } = ClientVerification.Off;

    /// <summary>
    /// How often certificate files are read again, so that new handshakes get what they hold then; a file that can't be used is logged, once, and the certificate before it
    /// stays; one that is not valid yet is tried again until it is. Links may be swapped, as Kubernetes does. Default no limit: they are read when the server binds.
    /// </summary>
    public TimeSpan ReloadInterval { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long a handshake may take. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Handshakes under way at a time. 1 or more; default 1,024. One more takes the place of the oldest, if that is a second old or more, and waits for a place otherwise.
    /// </summary>
    public int HandshakeLimit { get; init; } = 1024;

    /// <summary>Options with the certificate of <see cref="TlsCertificate.FromPemFiles"/>.</summary>
    /// <inheritdoc cref="TlsCertificate.FromPemFiles"/>
    public static TlsOptions FromPemFiles(string certificatePath, string keyPath, string? password = null) =>
        new(TlsCertificate.FromPemFiles(certificatePath, keyPath, password));

    /// <summary>Options with the certificate of <see cref="TlsCertificate.FromPem"/>.</summary>
    /// <inheritdoc cref="TlsCertificate.FromPem"/>
    public static TlsOptions FromPem(string certificate, string key, string? password = null) => new(TlsCertificate.FromPem(certificate, key, password));

    /// <summary>Options with the certificate of <see cref="TlsCertificate.FromDer"/>.</summary>
    /// <inheritdoc cref="TlsCertificate.FromDer"/>
    public static TlsOptions FromDer(
        byte[] certificate, TlsKeyType keyType, byte[] key, string? password = null, IReadOnlyList<byte[]>? intermediates = null) =>
        new(TlsCertificate.FromDer(certificate, keyType, key, password, intermediates));

    /// <summary>Options with the certificate of <see cref="TlsCertificate.FromPfx"/>.</summary>
    /// <inheritdoc cref="TlsCertificate.FromPfx"/>
    public static TlsOptions FromPfx(string path, string? password = null) => new(TlsCertificate.FromPfx(path, password));

    /// <summary>Options with the certificate of <see cref="TlsCertificate.FromCertificate"/>.</summary>
    /// <inheritdoc cref="TlsCertificate.FromCertificate"/>
    public static TlsOptions FromCertificate(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null) =>
        new(TlsCertificate.FromCertificate(certificate, intermediates));

    /// <summary>Options with the certificates of <see cref="TlsCertificate.FromObservable"/>.</summary>
    /// <inheritdoc cref="TlsCertificate.FromObservable"/>
    public static TlsOptions FromObservable(IObservable<X509Certificate2> certificates, X509Certificate2Collection? intermediates = null) =>
        new(TlsCertificate.FromObservable(certificates, intermediates));
}
