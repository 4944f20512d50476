using System.Net;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.EventLoop;

/// <summary>Several event loops under the transport contract: a listener is on one, what it accepts and what connects to it on others.</summary>
[TestFixture("tcp v4")]
[TestFixture("unix")]
[Platform("Linux")]
public sealed class SeveralLoopsTransportSpec(string kind) : TransportContract
{
    private const int Loops = 3;

    private readonly Reach _reach = Reaches.Of(kind);
    private readonly EventLoops _loops = new(Loops);

    protected override ITransport Transport => field ??= new EventLoopTransport(_loops);

    protected override bool ResetsOnlyWithInputUnread => kind == "unix";

    protected override bool ReportsFinWhilePaused => true;

    protected override EndPoint FreshEndPoint() => _reach.Fresh();

    protected override Task<ITestPeer> ConnectAsync(EndPoint endpoint) => _reach.ConnectAsync(endpoint);

    [Test]
    public async Task What_a_listener_accepts_is_dealt_out_to_all_loops_and_stays_with_them()
    {
        var listener = Listen();
        var pairs = new List<(ITransportConnection Server, ITestPeer Peer)>();
        for (var i = 0; i < Loops; i++)
            pairs.Add(await ConnectedAsync(listener));
        var loops = Enumerable.Range(0, Loops).Select(_ => _loops.Next()).ToArray();
        for (var round = 0; round < 3; round++)
        {
            var before = Array.ConvertAll(loops, loop => loop.Turns);
            foreach (var (server, peer) in pairs)
            {
                await Within(peer.SendAsync(Pattern(0, 10)));
                Assert.That(await ReceiveAsync(server, 10), Is.EqualTo(Pattern(0, 10)));
            }

            Assert.That(loops.Select((loop, i) => loop.Turns - before[i]), Has.All.Positive);
        }
    }

    [OneTimeTearDown]
    public void GiveReachBack() => _reach.Dispose();
}
