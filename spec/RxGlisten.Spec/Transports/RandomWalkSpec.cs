using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Doubles;

namespace RxGlisten.Spec.Transports;

/// <summary>Clients and a server who do at random whatever they may, over the system's own streams.</summary>
public sealed class RandomWalkSpec
{
    private const int Walkers = 12;
    private const int LivesEach = 15;

    private static readonly CloseKind[] Expected = [CloseKind.PeerClosed, CloseKind.PeerReset, CloseKind.LocalClosed, CloseKind.Aborted];

    [Test]
    public async Task Every_connection_keeps_its_bytes_in_order_and_ends_once_and_nothing_is_left(
        [ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values(1, 2, 3)] int seed)
    {
        using var reach = Reaches.Of(kind);
        using var meters = new MeterReader();
        var server = new WalkingServer(seed);
        var walked = new List<WalkingClient>();
        await using (var listening = new TestServer(reach, new ServerOptions { MeterFactory = meters }, server.Serve))
        {
            await Task.WhenAll(Enumerable.Range(0, Walkers).Select(walker => Task.Run(async () =>
            {
                for (var life = 0; life < LivesEach; life++)
                {
                    var client = new WalkingClient((byte)((walker * LivesEach) + life), seed);
                    await client.LiveAsync(await listening.ConnectAsync().Soon()).Soon();
                    lock (walked)
                        walked.Add(client);
                }
            })));
            var drained = await listening.Listener.StopAsync(TimeSpan.FromSeconds(20)).Soon();
            Assert.That(drained.Cut, Is.Zero, "all ended by themselves");
            Assert.That(listening.Listener.Connections, Is.Empty);
            Assert.That(listening.Listener.Ledger.Accepted, Is.EqualTo(listening.Listener.Ledger.Closed));
        }

        var reasons = await Task.WhenAll(server.Accepted.Select(connection => connection.Closed)).Soon();
        Assert.That(server.Breach, Is.Null);
        Assert.That(walked.Select(client => client.Breach(server.Disturbed(client.Life))), Has.All.Null);
        Assert.That(reasons.Select(reason => reason.Kind).Distinct(), Is.SubsetOf(Expected));
        Assert.That(meters["rxglisten.connections.accepted"], Is.EqualTo(reasons.Length));
        Assert.That(meters["rxglisten.connections.closed"], Is.EqualTo(reasons.Length), "each once");
        foreach (var ofKind in reasons.GroupBy(reason => reason.Kind))
            Assert.That(meters[$"rxglisten.connections.closed/{ofKind.Key}"], Is.EqualTo(ofKind.Count()));
    }
}
