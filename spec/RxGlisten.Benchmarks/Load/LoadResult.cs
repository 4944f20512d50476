namespace RxGlisten.Benchmarks.Load;

/// <summary>What one measurement gave: counts and clocks of the measured window. The load generator prints it as a line of JSON.</summary>
internal sealed record LoadResult
{
    public double Seconds { get; init; }

    /// <summary>Messages answered in the window; with churn, connections.</summary>
    public long Messages { get; init; }

    /// <summary>Bytes that came back right in the window.</summary>
    public long Bytes { get; init; }

    public double P50Microseconds { get; init; }
    public double P99Microseconds { get; init; }
    public double ServerCpuSeconds { get; init; }

    /// <summary>CPU of the load generator, to see whether it is the limit.</summary>
    public double LoadCpuSeconds { get; init; }

    /// <summary>Resident memory of the server before the connections, KiB.</summary>
    public long ResidentBefore { get; init; }

    /// <summary>The same while all connections are open and silent (idle only).</summary>
    public long ResidentIdle { get; init; }

    /// <summary>The same at the end.</summary>
    public long ResidentAfter { get; init; }

    public int Connections { get; init; }

    /// <summary>Kinds of what went wrong, with counts. Empty when all is well.</summary>
    public IReadOnlyDictionary<string, long> Faults { get; init; } = new Dictionary<string, long>();
}
