using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>What a TLS handshake agreed on.</summary>
/// <param name="Protocol">The protocol version.</param>
/// <param name="Cipher">The cipher suite.</param>
/// <param name="Alpn">The application protocol chosen by ALPN (RFC 7301); null without one.</param>
/// <param name="ServerName">The name the client asked for by SNI (RFC 6066); null without one.</param>
/// <param name="ClientCertificate">The certificate that the client proved to have; null without one. Valid until the connection closes.</param>
public sealed record TlsInfo(SslProtocols Protocol, TlsCipherSuite Cipher, string? Alpn, string? ServerName, X509Certificate2? ClientCertificate);
