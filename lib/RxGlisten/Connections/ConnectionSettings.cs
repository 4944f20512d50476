using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What all connections of a listener share.</summary>
/// <param name="Options">Validated options.</param>
/// <param name="Clock">The listener's clock.</param>
/// <param name="Log">Where connections log.</param>
/// <param name="Metrics">Where they count.</param>
internal sealed record ConnectionSettings(ServerOptions Options, Clock Clock, ILogger Log, ServerMetrics Metrics);
