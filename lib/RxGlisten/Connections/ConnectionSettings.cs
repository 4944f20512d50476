using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What all connections of a listener, or of a client, share.</summary>
/// <param name="Options">Validated options.</param>
/// <param name="Clock">The clock of all of them.</param>
/// <param name="Log">Where connections log.</param>
/// <param name="Metrics">Where they count.</param>
internal sealed record ConnectionSettings(ConnectionOptions Options, Clock Clock, ILogger Log, ServerMetrics Metrics)
{
    /// <summary>Makes them. What the options' factories and scheduler throw goes to the caller.</summary>
    public static ConnectionSettings Of(ConnectionOptions options) =>
        new(options, new Clock(options.Scheduler), QuietLogger.Of(options.LoggerFactory, ConnectionLog.Category), new ServerMetrics(options.MeterFactory));
}
