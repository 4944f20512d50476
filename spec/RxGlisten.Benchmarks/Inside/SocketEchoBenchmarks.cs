using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Reports;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>
/// A message to the server and back over real sockets, by a client that allocates nothing: what is allocated is the server's. One connection, so the time is
/// mostly the system's.
/// </summary>
public class SocketEchoBenchmarks
{
    private byte[] _message = [];
    private byte[] _received = [];
    private IDisposable? _serving;
    private Socket? _client;

    [Params(nameof(TransportKind.EventLoop), nameof(TransportKind.Sockets))]
    public string Transport { get; set; } = "";

    [Params(EchoPipelines.None, EchoPipelines.Select)]
    public string Pipeline { get; set; } = "";

    [Params(32, 4096)]
    public int Bytes { get; set; }

    /// <summary>What an echo allocates with the parameters of a report.</summary>
    internal static double Allocated(BenchmarkReport report)
    {
        ParameterInstances parameters = report.BenchmarkCase.Parameters;
        SocketEchoBenchmarks own = new() { Transport = $"{parameters[nameof(Transport)]}", Pipeline = $"{parameters[nameof(Pipeline)]}", Bytes = (int)parameters[nameof(Bytes)] };
        own.Setup();
        try
        {
            return LeastAllocation.Of(own.Echo);
        }
        finally
        {
            own.Cleanup();
        }
    }

    [GlobalSetup]
    public void Setup()
    {
        _message = new byte[Bytes];
        _received = new byte[Bytes];
        IListener listener = RxServer.Bind(new IPEndPoint(IPAddress.Loopback, 0), new ServerOptions { Transport = Enum.Parse<TransportKind>(Transport) });
        _serving = listener.Serve(EchoPipelines.Of(Pipeline)).Subscribe();
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _client.Connect(listener.LocalEndPoint);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _client?.Dispose();
        _serving?.Dispose();
    }

    [Benchmark]
    public void Echo()
    {
        Socket client = _client!; // made by Setup
        for (int sent = 0; sent < Bytes;) sent += client.Send(_message.AsSpan(sent));
        for (int received = 0; received < Bytes;)
        {
            int count = client.Receive(_received.AsSpan(received));
            received += count > 0 ? count : throw new InvalidOperationException("The server ended the connection.");
        }
    }
}
