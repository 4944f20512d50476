using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing;

/// <summary>Stopping a server with clients on real sockets.</summary>
public sealed class DrainOverSocketsSpec
{
    [Test]
    public async Task Those_who_finish_in_time_lose_nothing_and_the_rest_are_cut([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var sent = PeerReading.Noise(1_000_000, 5);
        var finishing = new List<(IConnection Connection, Task<ReadToEnd> Read)>();
        for (var i = 0; i < 10; i++)
        {
            var (connection, peer) = await server.PairAsync();
            connection.Inbound.Probe();
            connection.Draining.Register(() =>
            {
                connection.Outbound.OnNext(sent);
                connection.Dispose();
            });
            finishing.Add((connection, Task.Run(async () =>
            {
                var read = await peer.ReadToEndAsync();
                peer.Close();
                return read;
            })));
        }

        var (stubborn, _) = await server.PairAsync();
        stubborn.Inbound.Probe();
        using var cut = new CancellationTokenSource();
        var stopped = server.Listener.StopAsync(Timeout.InfiniteTimeSpan, cut.Token);
        foreach (var (connection, read) in finishing)
        {
            Assert.That((await read.Soon()).Bytes.AsSpan().SequenceEqual(sent), "not a byte is lost");
            Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.LocalClosed));
        }

        Assert.That((stopped.IsCompleted, stubborn.Closed.IsCompleted), Is.EqualTo((false, false)));
        await cut.CancelAsync();
        Assert.That(await stopped.Soon(), Is.EqualTo(new DrainResult(Finished: 10, Cut: 1)));
        Assert.That(stubborn.Closed.Result.Kind, Is.EqualTo(CloseKind.ServerStopping));
    }
}
