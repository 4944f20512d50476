using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What hosted servers log.</summary>
internal static partial class HostedServerLog
{
    public const string Category = "RxGlisten.Hosting";

    [LoggerMessage(1, LogLevel.Error, "The query of server {Name} failed and is restarted.")]
    public static partial void Restarted(ILogger log, string name, Exception error);

    [LoggerMessage(2, LogLevel.Critical, "The query of server {Name} failed: the host is stopped.")]
    public static partial void Failed(ILogger log, string name, Exception error);

    [LoggerMessage(3, LogLevel.Information, "The query of server {Name} is over, and so is listening.")]
    public static partial void Over(ILogger log, string name);

    [LoggerMessage(4, LogLevel.Information, "Server {Name} stopped: {Finished} connections finished, {Cut} were cut.")]
    public static partial void Stopped(ILogger log, string name, int finished, int cut);

    [LoggerMessage(5, LogLevel.Warning, "The query of server {Name} went on after its listener had ended, and was unsubscribed when the time to stop was over.")]
    public static partial void Unsubscribed(ILogger log, string name);
}
