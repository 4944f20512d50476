using System.Reactive.Linq;
using BenchmarkDotNet.Attributes;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>Messages that are sent outside a delivery: at once, or through the queue while the peer has no room.</summary>
public class SendBenchmarks
{
    internal const int Queued = 64;

    // 16 of them fill the network.
    private readonly byte[] _message = new byte[4096];
    private MemoryPeer? _peer;

    [GlobalSetup]
    public void Setup() => _peer = new MemoryPeer(_ => Observable.Never<ReadOnlyMemory<byte>>());

    [GlobalCleanup]
    public void Cleanup() => _peer?.Dispose();

    [Benchmark]
    public void AtOnce()
    {
        MemoryPeer peer = _peer!; // made by Setup
        peer.Connection.Outbound.OnNext(_message);
        if (peer.Receive() != _message.Length) throw new InvalidOperationException("The message is incomplete.");
    }

    [Benchmark(OperationsPerInvoke = Queued)]
    public void ThroughTheQueue()
    {
        MemoryPeer peer = _peer!; // made by Setup
        for (int i = 0; i < Queued; i++) peer.Connection.Outbound.OnNext(_message);
        for (int received = 0; received < Queued * _message.Length;) received += peer.Receive();
    }
}
