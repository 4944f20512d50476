using System.Globalization;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Running;

/// <summary>All rounds. Within a cell the servers follow each other at once, and who goes first rotates with round and cell.</summary>
internal sealed class BenchmarkRun(RunOptions options)
{
    public async Task<Results> RunAsync(CancellationToken cancellation)
    {
        Results results = new();
        for (int round = 0; round < options.Rounds; round++)
        {
            for (int cell = 0; cell < options.Cells.Count; cell++)
            {
                for (int turn = 0; turn < options.Servers.Count; turn++)
                {
                    string server = options.Servers[(round + cell + turn) % options.Servers.Count];
                    await MeasureAsync(results, round, options.Cells[cell], server, cancellation);
                }
            }
        }
        return results;
    }

    private async Task MeasureAsync(Results results, int round, Cell cell, string name, CancellationToken cancellation)
    {
        IEchoServer server = ServerCatalog.Find(name) ?? throw new InvalidOperationException($"no server '{name}'");
        if (!server.Takes(cell)) return;
        string label = string.Create(CultureInfo.InvariantCulture, $"round {round + 1}/{options.Rounds}  {cell.Name,-13} {name,-14}");
        try
        {
            LoadResult result = await new Measurement(server, cell, options.Timing).RunAsync(cancellation);
            results.Add(round, cell, name, result);
            IEnumerable<string> figures = cell.Metrics.Select(metric => $"{metric.Text(metric.Of(result)),10} {metric.Name}");
            Console.WriteLine(label + string.Join("  ", figures));
        }
        catch (MeasurementException error)
        {
            results.Fail($"round {round + 1}, {cell.Name}, {name}: {error.Message}");
            Console.WriteLine($"{label}FAILED: {error.Message}");
        }
    }
}
