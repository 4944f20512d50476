using System.Diagnostics;
using System.Globalization;
using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Http;

/// <summary>Runs wrk, a load generator for HTTP.</summary>
internal sealed class Wrk(int connections, int seconds) : IDisposable
{
    private const int Depth = 16;

    // Each call of a script's request() gives what is sent as one write: here so many requests.
    private static readonly string s_pipelining = string.Create(CultureInfo.InvariantCulture, $$"""
        init = function(args)
          local requests = {}
          for i = 1, {{Depth}} do requests[i] = wrk.format() end
          all = table.concat(requests)
        end
        request = function() return all end
        """);

    private readonly string _script = Path.GetTempFileName();

    /// <summary>Runs it once.</summary>
    public async Task<WrkResult> RunAsync(HttpServer server, bool pipelined)
    {
        await File.WriteAllTextAsync(_script, s_pipelining);
        ProcessStartInfo start = new("wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", .. pipelined ? ["-s", _script] : Array.Empty<string>(), server.Url])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        double before = ProcessUsage.Read(server.ProcessId).CpuSeconds;
        using Process process = Process.Start(start) ?? throw new MeasurementException("wrk did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string report = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        double used = ProcessUsage.Read(server.ProcessId).CpuSeconds - before;
        return process.ExitCode == 0 ? WrkResult.Parse(report, used) : throw new MeasurementException($"wrk failed: {await errors}");
    }

    public void Dispose() => File.Delete(_script);
}
