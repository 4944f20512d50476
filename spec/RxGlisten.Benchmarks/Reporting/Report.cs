using System.Globalization;
using System.Text;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>The page <c>docs/benchmarks.md</c> and its charts, from what was measured.</summary>
internal sealed class Report(Results results)
{
    public const string FileName = "benchmarks.md";

    private readonly ResultTables _tables = new(results);
    private readonly List<string> _environments =
        [.. results.Cells.Values.Select(cell => cell.Run).Concat(results.Tables.Values.Select(table => table.Run)).Select(run => run.Environment).Distinct()];

    /// <summary>What a run shows: its own cells, and the bars that they tell of.</summary>
    public string Console()
    {
        IEnumerable<Bar> bars = BarCatalog.All.Where(bar => results.Cells.ContainsKey(bar.Cell.Name));
        return $"{_tables.Cells(CellCatalog.All, _ => "")}## Bars\n\n{_tables.Bars(bars)}";
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), Page());
        foreach (CellGroup group in CellGroup.All)
        {
            string file = Path.Combine(folder, $"{group.File}.svg");
            if (Chart(group) is { } chart) File.WriteAllText(file, chart.Draw());
            else File.Delete(file);
        }
    }

    private CostChart? Chart(CellGroup group)
    {
        Cell[] cells = [.. CellCatalog.All.Where(cell => cell.Group == group && results.Cells.TryGetValue(cell.Name, out CellRecord? record) && record.Servers.ContainsKey(ServerCatalog.Kestrel))];
        return cells.Length == 0 ? null : new CostChart(group, results, cells);
    }

    private string Page() => string.Create(CultureInfo.InvariantCulture, $"""
        # Benchmarks

        Echo servers under the same load. This page and its charts are written from [benchmarks.json]({Results.FileName}), which holds what was measured; nothing in them is typed by hand. Below
        each table stands the run that it is of.

        ## Bars

        What the library has set itself: the median of the per-round ratios, or of the figures, against a limit.

        {_tables.Bars(BarCatalog.All)}
        {Failures()}{Groups()}{Tables()}## Servers

        {Servers()}

        ## Environment

        {Environments()}

        ## How to read this

        - A measurement is one server in a process that was started for it, and the load generator in another one; both end with it. So no
          server inherits another cell's heap, thread pool or compiled code, and memory is that of the cell alone.
        - A round is every cell with each of its servers once; within a cell the servers follow each other at once, and who goes first rotates.
          Ratios are taken within a round, so what slows the machine for a while slows both sides. Figures of cells that were measured in different runs are not compared.
        - Not every server is in every cell: those are that a bar needs, or that tell something there.
        - A cell `64x32x1` is 64 connections, messages of 32 bytes, 1 on the way per connection.
        - CPU is user and system time of the server's process (`/proc/PID/stat`) in the measured window, divided by what was answered in it. It is the
          steadiest figure here, and the one that says how many servers a load needs.
        - The load generator is one thread on epoll, keeps every connection at its full pipeline (a closed loop, so latencies include
          waiting behind the other connections), and compares every byte that comes back; a wrong, missing or surplus byte fails the run.
        - Idle memory is the growth of resident memory per connection, from a server that has served a few, to all connected and silent.

        ## Caveats

        - Server and load generator share the machine's processors and talk over loopback. Messages per second are therefore a figure of the
          pair; where the load generator's CPU is near 100 % it is the limit, and only the CPU column compares the servers.
        - Absolute figures differ from run to run and from machine to machine. Compare within one run; mind the spread.
        - Short windows on a virtual machine: differences under some 5 % mean nothing.
        - It runs on Linux only: the load generator uses epoll, and the counters are read from `/proc`.

        ## Running it

        ```
        dotnet run -c Release --project spec/RxGlisten.Benchmarks                 # everything, about 40 minutes; writes this page
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- --quick      # two minutes, console only
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- --only churn,idle-10000 --write           # replaces these cells here
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- --only churn --servers rxglisten,kestrel --rounds 5
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- --list       # cells and servers
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- page         # this page again, from the data
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- inside       # parts of the library by BenchmarkDotNet, with what they allocate
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- http         # the demo Http beside Kestrel, by wrk
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- redis        # the demo KeyValue beside Redis, by redis-benchmark
        ```

        The last three take `--write` as well. The soak, 2,000 guests of the demo Chat who talk, come, leave and reset for ten minutes while none who stays may miss a message and nothing may grow:

        ```
        dotnet test spec/RxGlisten.Spec -p:VSTestBlameHangTimeout=20m --filter "FullyQualifiedName~Two_thousand_guests"
        ```

        """);

    private string Groups()
    {
        StringBuilder text = new("Each figure below is the median of the rounds (least..most). The rows with a slash are medians of per-round ratios.\n\n");
        foreach (CellGroup group in CellGroup.All)
        {
            string cells = _tables.Cells(CellCatalog.All.Where(cell => cell.Group == group), record => Note(record.Run));
            if (cells.Length == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"## {group.Title}\n\n");
            if (Chart(group) is not null) text.Append(CultureInfo.InvariantCulture, $"![{group.Title}, relative to Kestrel]({group.File}.svg)\n\n");
            text.Append(cells);
        }
        return text.ToString();
    }

    private string Tables() =>
        string.Concat(results.Tables.Values.Select(table => $"## {table.Title}\n\n{table.Text}{Note(table.Run)}\n"));

    private string Note(RunRecord run)
    {
        string where = _environments.Count == 1 ? "" : $", environment {_environments.IndexOf(run.Environment) + 1}";
        return $"\n{run.Date} UTC, {run.Commit}, {run.Method}{where}: `{run.CommandLine}`\n";
    }

    private string Environments() => string.Join('\n', _environments.Select((environment, i) => $"{i + 1}. {environment}"));

    private string Servers()
    {
        IEnumerable<IEchoServer> measured = ServerCatalog.All.Where(server => results.Cells.Values.Any(cell => cell.Servers.ContainsKey(server.Name)));
        return string.Join('\n', measured.Select(server => $"- `{server.Name}`: {server.Description}."));
    }

    private string Failures()
    {
        string list = string.Join('\n', results.Failures.Select(failure => $"- {failure.Split('\n')[0]}"));
        return list.Length == 0 ? "" : $"## FAILURES\n\nThese measurements failed; what is said of their cells is incomplete.\n\n{list}\n\n";
    }
}
