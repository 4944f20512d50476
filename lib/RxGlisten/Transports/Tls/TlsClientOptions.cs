using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>How a client uses TLS (RFC 8446, RFC 5246). The server's certificate is verified, unless that is turned off in so many words.</summary>
public sealed record TlsClientOptions
{
    /// <summary>The name that the server is asked for (SNI, RFC 6066) and must have in its certificate. Default null: the host of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// Whether the server must prove who it is. Default true; without it anybody on the way can be the server, and TLS keeps out only those who do nothing but listen.
    /// </summary>
    public bool VerifiesServer { get; init; } = true;

    /// <summary>The certificates of the authorities to trust instead of the system's. Default null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>What this client proves who it is with, where the server asks. Default null: nothing.</summary>
    public TlsCertificate? Certificate { get; init; }

    /// <summary>Protocols to offer by ALPN (RFC 7301), the most wanted first. Default none.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];

    /// <summary>The oldest version that is spoken: <see cref="SslProtocols.Tls12"/>, the default, or <see cref="SslProtocols.Tls13"/>.</summary>
    public SslProtocols MinimumVersion { get; init; } = SslProtocols.Tls12;

    /// <summary>
    /// Whether it is looked up that the server's certificate was not revoked. Default <see cref="X509RevocationMode.NoCheck"/>, because the look-up asks servers of others.
    /// </summary>
    public X509RevocationMode Revocation { get; init; } = X509RevocationMode.NoCheck;
}
