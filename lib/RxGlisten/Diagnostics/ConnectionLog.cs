using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What connections log.</summary>
internal static partial class ConnectionLog
{
    public const string Category = "RxGlisten.Connections";

    [LoggerMessage(1, LogLevel.Error, "Connection {Id} ends as {Kind}: its handler failed.")]
    public static partial void Faulted(ILogger log, long id, CloseKind kind, Exception error);

    [LoggerMessage(2, LogLevel.Error, "User code that was told of the end of connection {Id} threw.")]
    public static partial void ObserverFaulted(ILogger log, long id, Exception error);

    [LoggerMessage(4, LogLevel.Error, "Connection {Id} ends: its transport, or the scheduler of its timeouts, threw.")]
    public static partial void Broken(ILogger log, long id, Exception error);

    [LoggerMessage(3, LogLevel.Error, "The transport of connection {Id} failed to close it.")]
    public static partial void CloseFailed(ILogger log, long id, Exception error);

    [LoggerMessage(5, LogLevel.Error, "The handler of connection {Id} threw, and goes on.")]
    public static partial void Rescued(ILogger log, long id, Exception error);

    [LoggerMessage(6, LogLevel.Warning,
        "A callback blocked an event loop for more than 20 ms while others waited. Another thread takes the loop over, as soon as there is one. Connections whose "
        + "callbacks block are served by the thread pool until they are quick again. This is logged once; the counter rxglisten.callbacks.blocked has all of them.")]
    public static partial void CallbackBlocked(ILogger log);

    [LoggerMessage(7, LogLevel.Error, "Connection {Id} is not admitted: the rule threw.")]
    public static partial void AdmissionFaulted(ILogger log, long id, Exception error);
}
