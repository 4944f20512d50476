using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Load;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>Everything that was measured, by round, and what failed.</summary>
internal sealed class Results
{
    private readonly Dictionary<(string Cell, string Server, int Round), LoadResult> _measured = [];
    private readonly List<string> _failures = [];

    public IReadOnlyList<string> Failures => _failures;

    public void Add(int round, Cell cell, string server, LoadResult result) => _measured[(cell.Name, server, round)] = result;

    public void Fail(string what) => _failures.Add(what);

    public Spread? Of(Cell cell, string server, Metric metric) => Spread.Of(Rounds(cell, server).Select(round => metric.Of(round.Value)));

    /// <summary>
    /// One ratio for each round in which both were measured, a minute apart at most: what changes the machine's speed changes both.
    /// </summary>
    public Spread? Ratio(Cell cell, string server, string baseline, Metric metric) => Spread.Of(
        from mine in Rounds(cell, server)
        join theirs in Rounds(cell, baseline) on mine.Key.Round equals theirs.Key.Round
        select metric.Of(mine.Value) / metric.Of(theirs.Value));

    private IEnumerable<KeyValuePair<(string Cell, string Server, int Round), LoadResult>> Rounds(Cell cell, string server) =>
        _measured.Where(measured => measured.Key.Cell == cell.Name && measured.Key.Server == server);
}
