using System.Net;
using System.Net.Sockets;
using RxGlisten.Benchmarks.Running;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Redis;

/// <summary>A server that speaks Redis' protocol on a port of the loopback, in a process of its own.</summary>
internal sealed class RedisServer(string name, ChildProcess process, int port, string? folder) : IAsyncDisposable
{
    private const string ReadyWord = "Ready to accept connections";
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(20);

    public static Tool Tool { get; } = new("redis-server", "redis-server");

    public string Name => name;

    public int ProcessId => process.Id;

    public int Port => port;

    /// <summary>The demo, on the library.</summary>
    public static async Task<RedisServer> StartDemoAsync()
    {
        ChildProcess process = DemoProgram.Start("KeyValue");
        string line = await LineAsync(process, "KeyValue", ServerHost.ListeningPrefix);
        return new RedisServer("KeyValue", process, ServerAddressPort(line), null);
    }

    /// <summary>Redis itself, that keeps nothing on disk.</summary>
    public static async Task<RedisServer> StartRedisAsync()
    {
        string folder = Directory.CreateTempSubdirectory("rxglisten-redis-").FullName;
        int port = FreePort();
        ChildProcess process = ChildProcess.Start(
            Tool.Name, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--daemonize", "no", "--logfile", ""]);
        await LineAsync(process, Tool.Name, ReadyWord);
        return new RedisServer("Redis", process, port, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        if (folder is not null) Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> LineAsync(ChildProcess process, string name, string word)
    {
        using CancellationTokenSource limit = new(s_startTime);
        try
        {
            while (await process.Output.ReadLineAsync(limit.Token) is { } line)
                if (line.Contains(word, StringComparison.Ordinal)) return line;
        }
        catch (OperationCanceledException)
        {
        }
        await process.DisposeAsync();
        throw new MeasurementException($"{name} did not start: {process.Errors}");
    }

    private static int ServerAddressPort(string line) => ((IPEndPoint)ServerAddress.Parse(line[ServerHost.ListeningPrefix.Length..])).Port;

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // it is bound
    }
}
