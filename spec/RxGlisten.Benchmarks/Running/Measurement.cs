using System.Text.Json;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Running;

/// <summary>One server in a fresh process under the load of one cell.</summary>
internal sealed class Measurement(IEchoServer server, Cell cell, CellTiming timing)
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(90);

    // The load generator is compiled at once: no compiler thread beside it while it measures.
    private static readonly Dictionary<string, string> s_loadEnvironment = new() { ["DOTNET_TieredCompilation"] = "0" };

    /// <summary>Throws <see cref="MeasurementException"/>.</summary>
    public async Task<LoadResult> RunAsync(CancellationToken cancellation)
    {
        string socketFile = Path.Combine(Path.GetTempPath(), $"rxglisten-benchmark-{Environment.ProcessId}.sock");
        try
        {
            string[] arguments = [
                "server", server.Name, .. cell.Unix ? ["--unix", socketFile] : Array.Empty<string>(), .. cell.Tls ? ["--tls"] : Array.Empty<string>(),
                .. cell.Room ? ["--room"] : Array.Empty<string>(), .. cell.Blocking ? ["--blocking"] : Array.Empty<string>(),
            ];
            await using ChildProcess process = ChildProcess.Start(arguments, server.Environment);
            string bound = await BoundAsync(process, cancellation);
            LoadResult result = await LoadAsync(cell.Load(bound, process.Id, timing), process, cancellation);
            if (process.HasExited) throw new MeasurementException($"the server ended with {process.ExitCode}: {process.Errors}");
            return process.Errors.Length == 0 ? result : throw new MeasurementException($"the server complained: {process.Errors}");
        }
        finally
        {
            if (cell.Unix) File.Delete(socketFile);
        }
    }

    private static async Task<string> BoundAsync(ChildProcess process, CancellationToken cancellation)
    {
        string? line = await WithinAsync(StartTime, process.Output.ReadLineAsync, "the server did not start", cancellation);
        return line is not null && line.StartsWith(ServerHost.ListeningPrefix, StringComparison.Ordinal)
            ? line[ServerHost.ListeningPrefix.Length..]
            : throw new MeasurementException($"the server said '{line}': {process.Errors}");
    }

    private static async Task<LoadResult> LoadAsync(LoadOptions options, ChildProcess process, CancellationToken cancellation)
    {
        await using ChildProcess load = ChildProcess.Start(["load", .. options.ToArguments()], s_loadEnvironment);
        TimeSpan limit = options.WarmUp + options.Duration + Slack;
        string output = await WithinAsync(
            limit, async token => await load.Output.ReadToEndAsync(token), "the load did not end", cancellation);
        await load.WaitAsync(cancellation);
        if (output.Length == 0)
            throw new MeasurementException($"the load generator ended with {load.ExitCode}: {load.Errors} {process.Errors}");
        LoadResult result = JsonSerializer.Deserialize<LoadResult>(output) ?? throw new MeasurementException($"not a result: {output}");
        if (result.Faults.Count == 0) return result;
        string faults = string.Join(", ", result.Faults.Select(fault => $"{fault.Value} × {fault.Key}"));
        throw new MeasurementException($"{faults} {process.Errors}");
    }

    private static async Task<T> WithinAsync<T>(
        TimeSpan limit, Func<CancellationToken, ValueTask<T>> step, string failure, CancellationToken cancellation)
    {
        using CancellationTokenSource timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(limit);
        try
        {
            return await step(timed.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new MeasurementException($"{failure} within {limit.TotalSeconds:0} s");
        }
    }
}
