using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What groups log.</summary>
internal static partial class GroupLog
{
    /// <summary>The category.</summary>
    public const string Category = "RxGlisten.Groups";

    [LoggerMessage(1, LogLevel.Error, "An observer of a connection group threw, and is told nothing more")]
    public static partial void ObserverFault(ILogger log, Exception exception);
}
