using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What all connections of a listener, or of a client, share.</summary>
/// <param name="Options">Validated options.</param>
/// <param name="Clock">The clock of all of them.</param>
/// <param name="Log">Where connections log.</param>
/// <param name="Metrics">Where they count.</param>
internal sealed record ConnectionSettings(ConnectionOptions Options, Clock Clock, ILogger Log, ServerMetrics Metrics)
{
    /// <summary>The certificates of upgrades to TLS.</summary>
    public UpgradeCertificates Upgrades { get; } = new();

    /// <summary>For a connection over another one with these, which times what they both would.</summary>
    public ConnectionSettings OverAnother => this with
    {
        Options = Options with { IdleTimeout = Timeout.InfiniteTimeSpan, SendTimeout = Timeout.InfiniteTimeSpan, MaximumAge = Timeout.InfiniteTimeSpan },
    };

    /// <summary>Makes them. What the options' factories and scheduler throw goes to the caller.</summary>
    public static ConnectionSettings Of(ConnectionOptions options) =>
        new(options, new Clock(options.Scheduler), QuietLogger.Of(options.LoggerFactory, ConnectionLog.Category), new ServerMetrics(options.MeterFactory));
}
