using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>How a <see cref="ConnectionGroup"/> treats its members. Checked when the group is made.</summary>
public sealed record GroupOptions
{
    /// <summary>
    /// What happens to a member that reads too slowly. Default <see cref="SlowConsumerPolicy.Disconnect"/>; the two dropping policies leave
    /// messages out for that member alone, and need members with <see cref="ConnectionOptions.DropsAreWholeMessages"/>.
    /// </summary>
    public SlowConsumerPolicy SlowConsumerPolicy { get; init; } = SlowConsumerPolicy.Disconnect;

    /// <summary>
    /// Bytes queued for a member past which <see cref="SlowConsumerPolicy"/> decides; what the member is sent otherwise counts too. A message is
    /// always admitted while the queue is under <see cref="ConnectionOptions.OutboundHighWaterBytes"/>. 1 or more; default 1 MiB.
    /// </summary>
    public long LimitBytes { get; init; } = 1024 * 1024;

    /// <summary>Where an observer of the group that throws is logged. Default null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
