using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>The event loop under the transport contract, over each kind of endpoint.</summary>
[TestFixture(AddressFamily.InterNetwork, false)]
[TestFixture(AddressFamily.InterNetworkV6, false)]
[TestFixture(AddressFamily.Unix, false)]
[TestFixture(AddressFamily.Unix, true)]
[Platform("Linux")]
public sealed class EventLoopTransportSpec(AddressFamily family, bool isAbstract) : TransportContract
{
    private readonly Reach _reach = family switch
    {
        AddressFamily.InterNetwork => Reach.TcpV4(),
        AddressFamily.InterNetworkV6 => Reach.TcpV6(),
        _ => isAbstract ? Reach.AbstractUnix() : Reach.Unix(),
    };

    protected override ITransport Transport => EventLoopTransport.OfProcess;

    protected override bool ResetsOnlyWithInputUnread => family == AddressFamily.Unix;

    protected override bool ReportsFinWhilePaused => true;

    protected override EndPoint FreshEndPoint() => _reach.Fresh();

    protected override Task<ITestPeer> ConnectAsync(EndPoint endpoint) => _reach.ConnectAsync(endpoint);

    [OneTimeTearDown]
    public void GiveReachBack() => _reach.Dispose();
}
