using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>What all connections of a listener, or of a client, share.</summary>
/// <param name="Options">Validated options.</param>
/// <param name="UnclaimedTimeout">How long nobody may want a connection; infinite on the client's side, where somebody asked for it.</param>
/// <param name="Clock">The clock of all of them.</param>
/// <param name="Log">Where connections log.</param>
/// <param name="Metrics">Where they count.</param>
internal sealed record ConnectionSettings(ConnectionOptions Options, TimeSpan UnclaimedTimeout, Clock Clock, ILogger Log, ServerMetrics Metrics);
