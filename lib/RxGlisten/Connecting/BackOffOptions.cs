namespace RxGlisten;

/// <summary>
/// How long to wait before trying again: <see cref="First"/>, then <see cref="Factor"/> times as long each time, up to <see cref="Maximum"/>;
/// of each wait up to <see cref="Jitter"/> is left out at random, so that many clients of one server do not all come back at once.
/// </summary>
public sealed record BackOffOptions
{
    /// <summary>The wait after the first failure. More than zero; default 100 ms.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait. At least <see cref="First"/>; default 30 s.</summary>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many times as long as the one before each wait is. 1 or more; default 2.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The part of a wait that may be left out: 0 (none: every wait has its full length) to 1 (all of it). Default 0.5.</summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>How many failures in a row are tried again; the next one is the sequence's own. 1 or more; default null: no limit.</summary>
    public int? Attempts { get; init; }

    /// <summary>
    /// Which errors are tried again; any other is the sequence's own at once. Called on the thread of the failure. Default all: right for a
    /// connection that is refused or lost, wrong for an error that will be the same the next time.
    /// </summary>
    public Func<Exception, bool> Retries { get; init; } = static _ => true;

    /// <summary>What decides the jitter: each subscription waits the same for the same seed. Default null: each waits differently.</summary>
    public int? Seed { get; init; }

    internal void Validate()
    {
        OptionRange.RequireDuration(First, nameof(First));
        OptionRange.RequireDuration(Maximum, nameof(Maximum));
        if (First == Timeout.InfiniteTimeSpan) throw OptionRange.OutOfRange(First, nameof(First), "must be finite");
        if (Maximum < First) throw OptionRange.OutOfRange(Maximum, nameof(Maximum), $"must be at least {nameof(First)} ({First}), and finite");
        if (!(Factor >= 1) || double.IsInfinity(Factor)) throw OptionRange.OutOfRange(Factor, nameof(Factor), "must be 1 or more");
        if (!(Jitter >= 0 && Jitter <= 1)) throw OptionRange.OutOfRange(Jitter, nameof(Jitter), "must be 0 to 1");
        OptionRange.RequireBetween(Attempts ?? 1, 1, int.MaxValue, nameof(Attempts));
        ArgumentNullException.ThrowIfNull(Retries, nameof(Retries));
    }

    internal BackOff Start() => new(First, Maximum, Factor, Jitter, Seed is { } seed ? new Random(seed) : Random.Shared);
}
