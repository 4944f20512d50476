using System.Diagnostics;
using System.Net;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing.Doubles;

/// <summary>An echo server that is a process of its own: this assembly, started as a program, so that its descriptors are its own to run out of.</summary>
internal sealed class EchoProcess : IAsyncDisposable
{
    private readonly Process _process;

    private EchoProcess(Process process) => _process = process;

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it is over.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts one at an address, that may open so many descriptors.</summary>
    public static async Task<EchoProcess> StartAsync(TransportKind transport, EndPoint endpoint, int descriptors)
    {
        var program = typeof(EchoProcess).Assembly.Location;
        var address = ServerAddress.Format(endpoint);
        var echo = new EchoProcess(Process.Start(
            new ProcessStartInfo("bash", ["-c", $"ulimit -n {descriptors}; exec dotnet '{program}' {transport} '{address}'"]) { RedirectStandardOutput = true })!); // UseShellExecute is off
        try
        {
            var said = await echo._process.StandardOutput.ReadLineAsync().Soon();
            echo.EndPoint = ServerAddress.Parse(said ?? throw new InvalidOperationException("It ended without a word."));
            return echo;
        }
        catch (Exception)
        {
            await echo.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().Soon();
        _process.Dispose();
    }

    /// <summary>The program itself.</summary>
    public static async Task RunAsync(TransportKind transport, string address)
    {
        await using var listener = RxServer.Bind(address, new ServerOptions { Transport = transport });
        using var serving = listener.Serve(connection => connection.Inbound.Bytes()).Subscribe();
        Console.WriteLine(ServerAddress.Format(listener.LocalEndPoint));
        await Task.Delay(Timeout.Infinite);
    }
}
