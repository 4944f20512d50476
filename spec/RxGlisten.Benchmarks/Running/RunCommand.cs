using System.Runtime.InteropServices;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Running;

/// <summary>The run as a command: 0 all measured, 1 something failed, 2 bad arguments, 130 interrupted.</summary>
internal static class RunCommand
{
    // Listening sockets, epoll sets, pipes, assemblies.
    private const int SpareDescriptors = 500;

    public static async Task<int> RunAsync(string[] arguments)
    {
        RunOptions options;
        try
        {
            options = RunOptions.Parse(arguments);
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
        if (options.List)
        {
            foreach (Cell cell in CellCatalog.All) Console.WriteLine($"cell    {cell.Name,-16} {cell.Description}");
            foreach (IEchoServer server in ServerCatalog.All) Console.WriteLine($"server  {server.Name,-16} {server.Description}");
            return 0;
        }
        if (Impediment(options) is { } impediment)
        {
            await Console.Error.WriteLineAsync(impediment);
            return 2;
        }
        return await RunAsync(options);
    }

    private static async Task<int> RunAsync(RunOptions options)
    {
        using CancellationTokenSource interrupted = new();
        // Both leave by the usual way out, which ends the children.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }

        DateTime end = DateTime.Now + options.Estimate;
        Console.WriteLine($"{options.Measurements} measurements, about {options.Estimate.TotalMinutes:0.#} minutes: until about {end:HH:mm}.");
        Results results;
        try
        {
            results = await new BenchmarkRun(options).RunAsync(interrupted.Token);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("interrupted");
            return 130;
        }
        Console.WriteLine();
        Console.WriteLine(new Report(results).Console());
        if (options.Write) Docs.Write(results);
        string[] failures = [.. results.Failures];
        if (failures.Length == 0) return 0;
        await Console.Error.WriteLineAsync($"\n{failures.Length} MEASUREMENT(S) FAILED\n{string.Join('\n', failures)}");
        return 1;
    }

    /// <summary>What keeps this run from being possible here, or null.</summary>
    private static string? Impediment(RunOptions options)
    {
        if (!OperatingSystem.IsLinux()) return "the load generator uses epoll and /proc: it runs on Linux only";
        if (options.Measurements == 0) return "none of the servers is measured in any of the cells";
        string limits = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        // Name, soft, hard, unit; the runtime raises soft to hard.
        string most = limits.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        int needed = options.Cells.Max(cell => cell.Connections) + SpareDescriptors;
        return int.TryParse(most, out int descriptors) && descriptors < needed
            ? $"needs {needed} file descriptors a process, the limit is {descriptors}: raise it (ulimit -n) or leave cells out (--only)"
            : null;
    }
}
