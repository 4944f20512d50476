using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Reports;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>A packet's way over memory: received by the connection, delivered by Inbound, through the pipeline, and sent by Outbound.</summary>
public class DeliveryBenchmarks
{
    private byte[] _message = [];
    private MemoryPeer? _peer;

    [Params(EchoPipelines.None, EchoPipelines.Select)]
    public string Pipeline { get; set; } = "";

    [Params(32, 4096)]
    public int Bytes { get; set; }

    /// <summary>What an echo allocates with the parameters of a report.</summary>
    internal static double Allocated(BenchmarkReport report)
    {
        ParameterInstances parameters = report.BenchmarkCase.Parameters;
        DeliveryBenchmarks own = new() { Pipeline = $"{parameters[nameof(Pipeline)]}", Bytes = (int)parameters[nameof(Bytes)] };
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
        _peer = new MemoryPeer(EchoPipelines.Of(Pipeline));
    }

    [GlobalCleanup]
    public void Cleanup() => _peer?.Dispose();

    [Benchmark]
    public void Echo()
    {
        MemoryPeer peer = _peer!; // made by Setup
        peer.Send(_message);
        if (peer.Receive() != Bytes) throw new InvalidOperationException("The echo is incomplete.");
    }
}
