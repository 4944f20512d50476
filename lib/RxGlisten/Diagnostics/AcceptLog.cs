using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What accepting logs.</summary>
internal static partial class AcceptLog
{
    public const string Category = "RxGlisten.Accepting";

    [LoggerMessage(1, LogLevel.Information, "Listening on {EndPoint}.")]
    public static partial void Listening(ILogger log, EndPoint endPoint);

    [LoggerMessage(2, LogLevel.Information, "Accepting on {EndPoint} is over.")]
    public static partial void AcceptingOver(ILogger log, EndPoint endPoint);

    /// <summary>The caller knows the level: one client's error is no news, a failed acceptor is.</summary>
    [LoggerMessage(EventId = 3, Message = "An accept failed with {Error}: {Response}.")]
    public static partial void AcceptFailed(ILogger log, LogLevel level, SocketError error, AcceptResponse response, Exception? exception);

    [LoggerMessage(4, LogLevel.Warning, "An acceptor died and is restarted.")]
    public static partial void AcceptorRestarted(ILogger log, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "An acceptor died after {Restarts} restarts in {Window}: accepting ends.")]
    public static partial void BudgetSpent(ILogger log, int restarts, TimeSpan window, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "The subscriber of a listener threw when it was given connection {Id}, which is aborted.")]
    public static partial void SubscriberFault(ILogger log, long id, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "An observer of a listener threw.")]
    public static partial void ObserverFault(ILogger log, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "A callback of a connection's Draining token threw.")]
    public static partial void DrainingFault(ILogger log, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "A transport threw where it must not.")]
    public static partial void TransportFault(ILogger log, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "The drain deadline can't be timed, so the connections are cut now: the scheduler threw.")]
    public static partial void SchedulerFault(ILogger log, Exception exception);

    [LoggerMessage(10, LogLevel.Debug, "A connection was turned away: the limit is reached.")]
    public static partial void TurnedAway(ILogger log);

    [LoggerMessage(12, LogLevel.Debug, "A connection was not admitted.")]
    public static partial void NotAdmitted(ILogger log);

    [LoggerMessage(13, LogLevel.Error, "A connection is not admitted: the rule threw.")]
    public static partial void AdmissionFault(ILogger log, Exception exception);
}
