using System.Globalization;
using RxGlisten.Benchmarks.Running;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>The page <c>docs/benchmarks.md</c> and its chart.</summary>
internal sealed class Report(RunOptions options, Results results)
{
    private readonly ResultTables _tables = new(results, options.Cells, options.Servers);

    public string Console() => $"{_tables.Cells()}## Bars\n\n{_tables.Bars()}";

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "benchmarks.md"), Page());
        File.WriteAllText(Path.Combine(folder, "benchmarks.svg"), new CostChart(results, options.Cells, options.Servers).Draw());
    }

    private string Page() => string.Create(CultureInfo.InvariantCulture, $"""
        # Benchmarks

        Echo servers under the same load. This page and its chart were written by `{options.CommandLine}`; nothing in them is typed by hand.

        ![Server CPU per unit of work, relative to Kestrel](benchmarks.svg)

        ## Bars

        What the library has set itself: the median of the per-round ratios against a limit.

        {_tables.Bars()}
        {Failures()}## Environment

        | | |
        |---|---|
        | date | {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC |
        | operating system | {Machine.OperatingSystem} |
        | processor | {Machine.Processor} |
        | memory | {Machine.Memory} |
        | runtime | {Machine.Runtime} |
        | runtime variables | {Machine.RuntimeVariables} |
        | command line | `{options.CommandLine}` |
        | rounds | {options.Rounds}, each {options.Timing.WarmUp.TotalSeconds:0.##} s of warm-up and {options.Timing.Window.TotalSeconds:0.##} s measured |

        ## Servers

        {Servers()}

        ## Cells

        Each figure is the median of the rounds (least..most). The rows with a slash are medians of per-round ratios.

        {_tables.Cells()}## How to read this

        - A measurement is one server in a process that was started for it, and the load generator in another one; both end with it. So no
          server inherits another cell's heap, thread pool or compiled code, and memory is that of the cell alone.
        - A round is every cell with every server once; within a cell the servers follow each other at once, and who goes first rotates.
          Ratios are taken within a round, so what slows the machine for a while slows both sides.
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
        dotnet run -c Release --project spec/RxGlisten.Benchmarks                 # everything; writes this page
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- --quick      # two minutes, console only; --write for this page
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- --only churn --servers rxglisten,kestrel --rounds 5
        dotnet run -c Release --project spec/RxGlisten.Benchmarks -- --list       # cells and servers
        ```

        """);

    private string Servers() => string.Join('\n', options.Servers.Select(name => $"- `{name}`: {ServerCatalog.Find(name)?.Description}."));

    private string Failures()
    {
        if (results.Failures.Count == 0) return "";
        string list = string.Join('\n', results.Failures.Select(failure => $"- {failure}"));
        return $"## FAILURES\n\nThis run failed; its figures are incomplete.\n\n{list}\n\n";
    }
}
