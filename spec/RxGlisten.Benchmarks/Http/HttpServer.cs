using RxGlisten.Benchmarks.Running;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Http;

/// <summary>An HTTP server that is measured, in a process of its own.</summary>
internal sealed class HttpServer(string name, ChildProcess process, string authority) : IAsyncDisposable
{
    public string Name => name;

    public int ProcessId => process.Id;

    /// <summary>What is asked for: the same content from both.</summary>
    public string Url => $"http://{authority}/hello";

    /// <summary>The demo, on the library.</summary>
    public static Task<HttpServer> StartDemoAsync() => StartAsync("rxglisten", DemoProgram.Start("Http"));

    public static Task<HttpServer> StartKestrelAsync() => StartAsync("kestrel", ChildProcess.Start(["http-kestrel"], new Dictionary<string, string>()));

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static async Task<HttpServer> StartAsync(string name, ChildProcess process)
    {
        string? line = await process.Output.ReadLineAsync();
        if (line?.StartsWith(ServerHost.ListeningPrefix, StringComparison.Ordinal) is not true) throw new MeasurementException($"{name} did not start: {line} {process.Errors}");
        return new HttpServer(name, process, line[(line.IndexOf("//", StringComparison.Ordinal) + 2)..]);
    }
}
