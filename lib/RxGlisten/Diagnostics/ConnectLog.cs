using System.Net;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What connecting logs.</summary>
internal static partial class ConnectLog
{
    public const string Category = "RxGlisten.Connecting";

    [LoggerMessage(1, LogLevel.Debug, "Connection {Id} to {EndPoint} is open.")]
    public static partial void Connected(ILogger log, long id, EndPoint endPoint);

    /// <summary>Its observer is told, and is who decides whether it matters.</summary>
    [LoggerMessage(2, LogLevel.Debug, "Connecting failed.")]
    public static partial void ConnectFailed(ILogger log, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "The subscriber of a client threw when it was given connection {Id}, which is aborted.")]
    public static partial void SubscriberFault(ILogger log, long id, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "An observer of a client threw.")]
    public static partial void ObserverFault(ILogger log, Exception exception);
}
