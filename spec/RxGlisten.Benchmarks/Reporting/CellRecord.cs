using RxGlisten.Benchmarks.Load;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>What a run found in one cell. All of it is of one run, so that its ratios are.</summary>
internal sealed record CellRecord
{
    public required RunRecord Run { get; init; }

    /// <summary>By server and round.</summary>
    public Dictionary<string, SortedDictionary<int, LoadResult>> Servers { get; init; } = [];

    /// <summary>What could not be measured.</summary>
    public List<string> Failures { get; init; } = [];

    public void Add(string server, int round, LoadResult result)
    {
        if (!Servers.TryGetValue(server, out SortedDictionary<int, LoadResult>? rounds)) Servers.Add(server, rounds = []);
        rounds.Add(round, result);
    }
}
