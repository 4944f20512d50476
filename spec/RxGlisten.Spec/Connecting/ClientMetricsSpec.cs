using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connecting;

public sealed class ClientMetricsSpec
{
    [Test]
    public void A_client_s_connections_and_failures_are_counted_apart_from_a_server_s()
    {
        var counts = new Dictionary<string, long>();
        using var meters = new MeterTap((counter, count, tag) => counts[$"{counter} {tag}"] = counts.GetValueOrDefault($"{counter} {tag}") + count);
        var server = new VirtualServer(o => o with { LingerTimeout = TimeSpan.Zero });
        var (first, _) = server.Dial(o => o with { MeterFactory = meters });
        var (second, lost) = server.Dial(o => o with { MeterFactory = meters });
        server.Dial(o => o with { MeterFactory = meters });
        first.Abort();
        second.Inbound.Probe();
        lost.Abort();
        server.Listener.Unbind();
        RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Scheduler = server.Time, MeterFactory = meters }).Probe();
        server.Settle();
        Assert.That(counts, Is.EquivalentTo(new Dictionary<string, long>
        {
            ["rxglisten.client.connected "] = 3,
            ["rxglisten.client.closed Aborted"] = 1,
            ["rxglisten.client.closed PeerReset"] = 1,
            ["rxglisten.client.errors ConnectionRefused"] = 1,
        }));
    }
}
