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
        RunRecord run = RunRecord.Now(options.CommandLine, string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Rounds} round(s) of {options.Timing.WarmUp.TotalSeconds:0.##} s of warm-up and {options.Timing.Window.TotalSeconds:0.##} s measured"));
        for (int round = 0; round < options.Rounds; round++)
        {
            for (int at = 0; at < options.Cells.Count; at++)
            {
                Cell cell = options.Cells[at];
                if (!results.Cells.TryGetValue(cell.Name, out CellRecord? record)) results.Cells.Add(cell.Name, record = new CellRecord { Run = run });
                IReadOnlyList<IEchoServer> servers = options.ServersOf(cell);
                for (int turn = 0; turn < servers.Count; turn++)
                    await MeasureAsync(record, round, cell, servers[(round + at + turn) % servers.Count], cancellation);
            }
        }
        return results;
    }

    private async Task MeasureAsync(CellRecord record, int round, Cell cell, IEchoServer server, CancellationToken cancellation)
    {
        string label = string.Create(CultureInfo.InvariantCulture, $"round {round + 1}/{options.Rounds}  {cell.Name,-13} {server.Name,-14} ");
        try
        {
            LoadResult result = await new Measurement(server, cell, options.Timing).RunAsync(cancellation);
            record.Add(server.Name, round, result);
            IEnumerable<string> figures = cell.Metrics.Select(metric => $"{metric.Text(metric.Of(result)),10} {metric.Name}");
            Console.WriteLine(label + string.Join("  ", figures));
        }
        catch (MeasurementException error)
        {
            record.Failures.Add($"round {round + 1}, {cell.Name}, {server.Name}: {error.Message}");
            Console.WriteLine($"{label}FAILED: {error.Message}");
        }
    }
}
