using System.Globalization;
using System.Text;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>The tables: one a cell, and the bars. The same text goes to the console and into the docs.</summary>
internal sealed class ResultTables(Results results, IReadOnlyList<Cell> cells, IReadOnlyList<string> servers)
{
    private const string Nothing = "–";

    private static readonly IReadOnlyList<string> s_baselines = [ServerCatalog.Kestrel, ServerCatalog.Saea, ServerCatalog.Epoll];

    public string Bars()
    {
        MarkdownTable table = new("bar", "target", "measured (min..max)", "verdict");
        foreach (Bar bar in Bar.All)
        {
            Spread? measured = bar.Measured(results);
            string verdict = measured is { } spread ? bar.Met(spread) ? "met" : "**missed**" : "not measured";
            table.Add(bar.Name, bar.Target, Ratio(measured), verdict);
        }
        return table.ToString();
    }

    public string Cells()
    {
        StringBuilder text = new();
        foreach (Cell cell in cells)
        {
            text.Append(CultureInfo.InvariantCulture, $"### {cell.Name}\n\n{cell.Description}.\n\n");
            text.Append(Table(cell)).Append('\n');
        }
        return text.ToString();
    }

    private MarkdownTable Table(Cell cell)
    {
        MarkdownTable table = new(["server", .. cell.Metrics.Select(metric => metric.Name)]);
        foreach (string server in servers.Where(server => ServerCatalog.Find(server) is { } known && known.Takes(cell)))
            table.Add([server, .. cell.Metrics.Select(metric => Value(metric, results.Of(cell, server, metric)))]);
        if (!servers.Contains(ServerCatalog.Subject)) return table;
        foreach (string baseline in s_baselines.Where(servers.Contains))
        {
            IEnumerable<string> ratios = cell.Metrics.Select(metric => Ratio(results.Ratio(cell, ServerCatalog.Subject, baseline, metric)));
            table.Add([$"{ServerCatalog.Subject} / {baseline}", .. ratios]);
        }
        return table;
    }

    private static string Value(Metric metric, Spread? value) =>
        value is { } spread ? $"{metric.Text(spread.Median)} ({metric.Text(spread.Least)}..{metric.Text(spread.Most)})" : Nothing;

    private static string Ratio(Spread? value) => value is { } spread
        ? string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0.00} ({spread.Least:0.00}..{spread.Most:0.00})")
        : Nothing;
}
