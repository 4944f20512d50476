using System.Net;
using System.Reactive.Concurrency;
using RxGlisten.Spec.Transports;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>The simulated network on the pool: the contract, with real threads.</summary>
public sealed class SimulatedTransportSpec : TransportContract
{
    private readonly SimulatedNetwork _network = new(Scheduler.Default, 1) { Link = new LinkSettings { AnswersFin = false } };
    private int _names;

    protected override ITransport Transport => _network;

    protected override bool ReportsFinWhilePaused => true;

    protected override EndPoint FreshEndPoint() => _network.EndPoint($"server-{++_names}");

    protected override async Task<ITestPeer> ConnectAsync(EndPoint endpoint) => await SimulatedPeer.ConnectAsync(_network, endpoint);
}
