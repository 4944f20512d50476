namespace RxGlisten.Benchmarks.Cells;

/// <summary>
/// How long a measurement takes. The warm-up is long enough for tiered compilation: its call counting starts 100 ms after the last new
/// method, and its background thread then needs some tenths of a second on a busy machine, twice.
/// </summary>
internal sealed record CellTiming(TimeSpan WarmUp, TimeSpan Window)
{
    /// <summary>What a measurement takes beside that: two processes start and end, and connections are made.</summary>
    public static readonly TimeSpan Overhead = TimeSpan.FromSeconds(0.8);

    public static CellTiming Full { get; } = new(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2));
    public static CellTiming Quick { get; } = new(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(0.9));

    /// <summary>Long enough to see that everything works, and for nothing else.</summary>
    public static CellTiming Trial { get; } = new(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(1));
}
