using System.Net.Security;
using System.Security.Authentication;

namespace RxGlisten;

/// <summary>Options as <see cref="SslStream"/> wants them.</summary>
internal static class TlsProtocols
{
    /// <summary>A version and all later ones.</summary>
    public static SslProtocols From(SslProtocols minimum) => minimum == SslProtocols.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Application protocols; null for none.</summary>
    public static List<SslApplicationProtocol>? Alpn(IReadOnlyList<string> names) =>
        names.Count == 0 ? null : [.. names.Select(name => new SslApplicationProtocol(name))];
}
