namespace RxGlisten.Testing;

/// <summary>What an exploration tries.</summary>
public sealed record ExplorationOptions
{
    /// <summary>The first seed; the others follow it. Default 0.</summary>
    public int FirstSeed { get; init; }

    /// <summary>What may go wrong. Default everything.</summary>
    public IReadOnlyCollection<FaultKind> Kinds { get; init; } = Enum.GetValues<FaultKind>();

    /// <summary>Faults of a client, at most; how many is drawn. 0 or more; default 4.</summary>
    public int MostFaultsOfAClient { get; init; } = 4;

    /// <summary>When most of what happens at a time happens. Default 40 ms.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>The last byte of a direction that something happens at. Default 20,000.</summary>
    public int LastByte { get; init; } = 20_000;

    /// <summary>How links are without faults. Default 1 ms latency.</summary>
    public LinkSettings Link { get; init; } = new() { Latency = TimeSpan.FromMilliseconds(1) };

    /// <summary>How much virtual time a run may take until it comes to rest. Default a day.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromDays(1);
}
