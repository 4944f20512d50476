using System.Net;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What TLS logs.</summary>
internal static partial class TlsLog
{
    public const string Category = "RxGlisten.Tls";

    /// <summary>One client's failure is no news; how many there are is counted.</summary>
    [LoggerMessage(1, LogLevel.Debug, "The TLS handshake of connection {Id} failed ({Kind}): {Detail}")]
    public static partial void HandshakeFailed(ILogger log, long id, CloseKind kind, string detail, Exception? exception);

    [LoggerMessage(2, LogLevel.Information, "The certificate for {Name} is {Subject} from now on, valid until {Expiry:u}.")]
    public static partial void CertificateRenewed(ILogger log, string name, string subject, DateTime expiry);

    [LoggerMessage(3, LogLevel.Warning, "The new certificate for {Name} can't be used; the old one stays.")]
    public static partial void CertificateRefused(ILogger log, string name, Exception exception);

    [LoggerMessage(4, LogLevel.Debug, "The TLS handshake with {Peer} failed ({Kind}): {Detail}")]
    public static partial void HandshakeWithFailed(ILogger log, EndPoint peer, CloseKind kind, string detail, Exception? exception);

    [LoggerMessage(5, LogLevel.Error, "A sequence of certificates threw when it was left.")]
    public static partial void LeavingFailed(ILogger log, Exception exception);
}
