using System.Globalization;
using System.Text;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>The tables: one a cell, and the bars. The same text goes to the console and into the docs.</summary>
internal sealed class ResultTables(Results results)
{
    private const string Nothing = "–";

    private static readonly IReadOnlyList<string> s_subjects = [ServerCatalog.Subject, ServerCatalog.Portable];
    private static readonly IReadOnlyList<string> s_baselines = [ServerCatalog.Kestrel, ServerCatalog.Saea, ServerCatalog.Epoll];

    public string Bars(IEnumerable<Bar> bars)
    {
        MarkdownTable table = new("bar", "server", "target", "median (min..max)", "rounds", "verdict");
        foreach (Bar bar in bars)
        {
            Spread? measured = bar.Measured(results);
            int rounds = measured is null ? 0 : results.Rounds(bar.Cell, bar.Server);
            table.Add(bar.Name, bar.Server, bar.Target, bar.Text(measured), rounds.ToString(CultureInfo.InvariantCulture), bar.Verdict(measured));
        }
        return table.ToString();
    }

    /// <summary>Those of the cells that were measured.</summary>
    /// <param name="cells">Whose.</param>
    /// <param name="note">What stands below each table.</param>
    public string Cells(IEnumerable<Cell> cells, Func<CellRecord, string> note)
    {
        StringBuilder text = new();
        foreach (Cell cell in cells)
        {
            if (!results.Cells.TryGetValue(cell.Name, out CellRecord? record)) continue;
            text.Append(CultureInfo.InvariantCulture, $"### {cell.Name}\n\n{cell.Description}.\n\n");
            text.Append(Table(cell, record)).Append(note(record)).Append('\n');
        }
        return text.ToString();
    }

    private MarkdownTable Table(Cell cell, CellRecord record)
    {
        MarkdownTable table = new(["server", .. cell.Metrics.Select(metric => metric.Name)]);
        foreach (IEchoServer server in ServerCatalog.All.Where(server => record.Servers.ContainsKey(server.Name)))
            table.Add([server.Name, .. cell.Metrics.Select(metric => Value(metric, results.Of(cell, server.Name, metric)))]);
        foreach (string subject in s_subjects.Where(record.Servers.ContainsKey))
        {
            foreach (string baseline in s_baselines.Where(record.Servers.ContainsKey))
                table.Add([$"{subject} / {baseline}", .. cell.Metrics.Select(metric => Ratio(results.Ratio(cell, subject, baseline, metric)))]);
        }
        return table;
    }

    private static string Value(Metric metric, Spread? value) => value?.Text(metric.Format) ?? Nothing;

    private static string Ratio(Spread? value) => value?.Text("0.00") ?? Nothing;
}
