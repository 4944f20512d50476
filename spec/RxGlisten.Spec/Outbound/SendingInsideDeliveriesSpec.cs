using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Outbound;

/// <summary>Handlers that wait for their own sends, on the transports whose threads can afford it.</summary>
public sealed class SendingInsideDeliveriesSpec
{
    private const int Bytes = 4_000_000;

    private static IEnumerable<string> Kinds => Reaches.Names.Where(name => name != "memory");

    [TestCaseSource(nameof(Kinds))]
    public async Task Blocking_on_a_flush_inside_a_delivery_is_no_deadlock(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        using var inbound = connection.Inbound.Probe(_ =>
        {
            connection.Outbound.OnNext(new byte[Bytes]);
            connection.Outbound.FlushAsync().AsTask().Wait();
            connection.Outbound.SendAsync(new byte[Bytes]).AsTask().Wait();
            connection.Outbound.SendAsync(new byte[10]).AsTask().Wait();
            connection.Outbound.FlushAsync().AsTask().Wait();
            connection.Outbound.OnNext(new byte[1]);
        });
        await peer.SendAsync(new byte[1]);
        await peer.ReadExactlyAsync((2 * Bytes) + 11).Soon();
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Awaiting_sends_inside_a_delivery_is_no_deadlock(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        var replying = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var inbound = connection.Inbound.Probe(_ => replying.SetResult(ReplyAsync()));
        await peer.SendAsync(new byte[1]);
        await peer.ReadExactlyAsync(Bytes).Soon();
        await (await replying.Task.Soon()).Soon();

        async Task ReplyAsync()
        {
            for (var i = 0; i < 100; i++)
                await connection.Outbound.SendAsync(new byte[Bytes / 100]);
            await connection.Outbound.FlushAsync();
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task A_continuation_that_blocks_does_not_hold_up_the_sending_of_its_connection(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        using var release = new ManualResetEventSlim();
        connection.Outbound.OnNext(new byte[4 * Bytes]); // far more than the system takes, so that what follows has to wait
        var blocked = BlockAsync();
        var second = connection.Outbound.SendAsync(new byte[10]).AsTask();
        await peer.ReadExactlyAsync((4 * Bytes) + 20).Soon();
        await second.Soon();
        Assert.That(blocked.IsCompleted, Is.False);
        release.Set();
        await blocked.Soon();

        async Task BlockAsync()
        {
            await connection.Outbound.SendAsync(new byte[10]).ConfigureAwait(false);
            Assert.That(release.Wait(TimeSpan.FromSeconds(20)));
        }
    }
}
