using System.Net;
using System.Reactive.Concurrency;

namespace RxGlisten.Spec.Transports.Memory;

/// <summary>The memory transport on the pool: the contract, with real threads.</summary>
public sealed class MemoryTransportSpec : TransportContract
{
    private readonly MemoryNetwork _network = new(Scheduler.Default);
    private int _names;

    protected override ITransport Transport => _network;

    protected override bool ReportsFinWhilePaused => true;

    protected override EndPoint FreshEndPoint() => _network.EndPoint($"server-{++_names}");

    protected override Task<ITestPeer> ConnectAsync(EndPoint endpoint) =>
        Task.FromResult<ITestPeer>(new TransportPeer(_network.Connect((MemoryEndPoint)endpoint)));
}
