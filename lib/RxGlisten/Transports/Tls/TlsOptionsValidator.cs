using System.Security.Authentication;
using System.Text;

namespace RxGlisten;

/// <summary>Says which option of TLS is out of its range, before anything is bound or connected.</summary>
internal static class TlsOptionsValidator
{
    private const int LongestAlpnBytes = 255; // RFC 7301: a length of one byte

    /// <summary>Checks a server's options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; it is the exception's parameter.</exception>
    public static void Validate(TlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Certificate, nameof(options.Certificate));
        ArgumentNullException.ThrowIfNull(options.ClientVerification, nameof(options.ClientVerification));
        OptionRange.RequireBetween(options.HandshakeLimit, 1, int.MaxValue, nameof(options.HandshakeLimit));
        OptionRange.RequireDuration(options.HandshakeTimeout, nameof(options.HandshakeTimeout));
        OptionRange.RequireDuration(options.ReloadInterval, nameof(options.ReloadInterval));
        ValidateProtocols(options.MinimumVersion, nameof(options.MinimumVersion), options.Alpn, nameof(options.Alpn));
        ValidateNames(options.ServerNames, nameof(options.ServerNames));
    }

    /// <summary>Checks a client's options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; it is the exception's parameter.</exception>
    public static void Validate(TlsClientOptions options) =>
        ValidateProtocols(options.MinimumVersion, nameof(options.MinimumVersion), options.Alpn, nameof(options.Alpn));

    private static void ValidateNames(IReadOnlyDictionary<string, TlsCertificate> names, string option)
    {
        ArgumentNullException.ThrowIfNull(names, option);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, certificate) in names)
        {
            if (certificate is null)
                throw OptionRange.OutOfRange(name, option, "must have a certificate for each name");
            if (!seen.Add(name))
                throw OptionRange.OutOfRange(name, option, "must have each name once, whatever its case");
        }
    }

    private static void ValidateProtocols(SslProtocols minimum, string minimumName, IReadOnlyList<string> alpn, string alpnName)
    {
        if (minimum is not (SslProtocols.Tls12 or SslProtocols.Tls13))
            throw OptionRange.OutOfRange(minimum, minimumName, "must be Tls12 or Tls13");
        foreach (var name in alpn)
        {
            if (name is null || Encoding.UTF8.GetByteCount(name) is 0 or > LongestAlpnBytes)
                throw OptionRange.OutOfRange(name ?? "null", alpnName, $"must have names of 1 to {LongestAlpnBytes} bytes");
        }
    }
}
