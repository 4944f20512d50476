using System.Globalization;
using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Http;

/// <summary>Runs wrk, a load generator for HTTP.</summary>
internal sealed class Wrk(int connections, int seconds) : IDisposable
{
    public static readonly Tool Tool = new("wrk", "wrk");

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
        double before = ProcessUsage.Read(server.ProcessId).CpuSeconds;
        string report = await Tool.RunAsync(["-t1", $"-c{connections}", $"-d{seconds}s", .. pipelined ? ["-s", _script] : Array.Empty<string>(), server.Url]);
        double used = ProcessUsage.Read(server.ProcessId).CpuSeconds - before;
        return WrkResult.Parse(report, used);
    }

    public void Dispose() => File.Delete(_script);
}
