using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>Served pipelines under whatever a network can do to them.</summary>
public sealed class ExploringPipelinesSpec
{
    [Test]
    public void A_reply_after_the_peers_fin_arrives_whatever_happens() => Explored.Run(1_000, scenario =>
    {
        var listener = scenario.Listen();
        scenario.Observe(
            listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Bytes().ToList()
                .Delay(TimeSpan.FromMilliseconds(5), scenario.Scheduler)
                .Select(all => (ReadOnlyMemory<byte>)all.SelectMany(bytes => bytes.ToArray()).ToArray()))),
            "Serve");
        Talk(scenario, 300);
    });

    [Test]
    public void A_subscription_inside_a_delivery_takes_over_whatever_happens() => Explored.Run(1_000, scenario =>
    {
        var listener = scenario.Listen();
        scenario.Observe(
            listener.Serve(c => scenario.Replies(
                c,
                from hello in scenario.Inbound(c).Bytes().Take(1)
                from more in scenario.Inbound(c).Bytes()
                select more)),
            "Serve");
        Talk(scenario, 300);
    });

    [Test]
    public void Holds_released_late_keep_the_limit_and_lose_nothing() => Explored.Run(1_500, scenario =>
    {
        var flow = scenario.Random.Pick([FlowControl.Once, FlowControl.Count(2), FlowControl.Count(3), FlowControl.Active]);
        var timeout = scenario.Random.Chance(1, 4) ? TimeSpan.FromMilliseconds(50) : Timeout.InfiniteTimeSpan;
        var listener = scenario.Listen(options => options with { FlowControl = flow, HoldTimeout = timeout });
        var random = scenario.Random.Fork(1);
        scenario.Observe(
            listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Do(m => HoldSome(scenario, c, m, random)).Bytes())), "Serve");
        Talk(scenario, 200);
    });

    [Test]
    public void A_pulled_producer_is_never_far_ahead_of_its_reader() => Explored.Run(1_000, scenario =>
    {
        var produced = 0;
        async IAsyncEnumerable<ReadOnlyMemory<byte>> Produce()
        {
            await Task.CompletedTask;
            for (var i = 0; i < 40; i++)
            {
                produced += 50;
                yield return scenario.Random.Bytes(50);
            }
        }

        var listener = scenario.Listen(options => options with { OutboundHighWaterBytes = 100 });
        scenario.Observe(listener.Serve(c => scenario.Replies(c, Outgoing.Pull(Produce()))), "Serve");
        var client = scenario.Connect(new LinkSettings { Latency = TimeSpan.FromMilliseconds(1), WindowBytes = 300 });
        for (var i = 0; i < 50; i++)
        {
            scenario.At(TimeSpan.FromMilliseconds(i), () =>
            {
                if (client.End == ClientEnd.None && !client.IsClosed && produced > client.ReceivedBytes.Length + 300 + 100 + 50)
                    scenario.Fail($"{produced} bytes were produced when {client.ReceivedBytes.Length} had been read.");
            });
        }
    },
    new ExplorationOptions { Kinds = [.. Enum.GetValues<FaultKind>().Except([FaultKind.Window])] });

    [Test]
    public void A_server_that_says_something_long_and_closes_is_heard_to_the_end() => Explored.Run(1_000, scenario =>
    {
        var listener = scenario.Listen();
        scenario.Observe(
            listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Take(1).Select(_ => (ReadOnlyMemory<byte>)scenario.Random.Bytes(3_000)))), "Serve");
        Talk(scenario, 200);
    });

    [Test]
    public void Reading_that_stopped_at_the_high_water_mark_goes_on() => Explored.Run(1_000, scenario =>
    {
        var listener = scenario.Listen(options => options with { OutboundHighWaterBytes = scenario.Random.Between(1, 60) });
        scenario.Observe(
            listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Bytes().SelectMany(bytes => new[] { bytes, bytes[..1], bytes }))), "Serve");
        Talk(scenario, 200);
    });

    [Test]
    public void Large_writes_of_one_delivery_keep_their_order() => Explored.Run(
        200,
        scenario =>
        {
            var listener = scenario.Listen();
            scenario.Observe(
                listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Bytes().SelectMany(
                    _ => Enumerable.Range(0, 6).Select(_ => (ReadOnlyMemory<byte>)scenario.Random.Bytes(scenario.Random.Between(1, 40_000)))))),
                "Serve");
            Talk(scenario, 5);
        },
        new ExplorationOptions { Kinds = [.. Enum.GetValues<FaultKind>().Except([FaultKind.Window, FaultKind.Fragmentation, FaultKind.Bandwidth])] });

    [Test]
    public void Connections_of_a_query_end_alone_whatever_happens() => Explored.Run(1_000, scenario =>
    {
        var listener = scenario.Listen();
        var sums = scenario.Observe(
            listener.SelectConnection(c => scenario.Inbound(c).Bytes().Scan(0, (sum, bytes) =>
                bytes.Span.Contains((byte)'!') ? throw new ProtocolException("No shouting.") : sum + bytes.Length)),
            "SelectConnection");
        var polite = Talk(scenario, 100);
        var loud = scenario.Connect();
        scenario.At(TimeSpan.FromMilliseconds(4), () => loud.Send("hey!"));
        scenario.At(TimeSpan.FromMilliseconds(9), loud.Finish);
        scenario.Then(() =>
        {
            if (!sums.IsEnded || sums.Error is not null)
                scenario.Fail($"The query ended with {sums.Error?.Message ?? "nothing"}.");
            foreach (var book in scenario.Connections.Where(c => c.RemoteEndPoint.Equals(polite.LocalEndPoint)))
            {
                if (book.Closed.Result.Kind is CloseKind.HandlerFault or CloseKind.ProtocolError)
                    scenario.Fail("The polite one was ended for the loud one.");
            }
        });
    });

    private static void HoldSome(Scenario scenario, IConnection connection, Message message, DeterministicRandom random)
    {
        if (message is Packet packet && random.Chance(2, 3))
            scenario.Hold(connection, packet, TimeSpan.FromMilliseconds(random.Next(8)));
    }

    internal static SimulatedClient Talk(Scenario scenario, int most)
    {
        var client = scenario.Connect();
        client.Send(Letters(scenario, 5));
        for (var i = 1; i < 4; i++)
            scenario.At(TimeSpan.FromMilliseconds(3 * i), () => client.Send(Letters(scenario, most)));
        scenario.At(TimeSpan.FromMilliseconds(12), client.Finish);
        return client;
    }

    private static byte[] Letters(Scenario scenario, int most) =>
        [.. scenario.Random.Bytes(scenario.Random.Between(1, most)).Select(value => (byte)('a' + (value % 26)))];
}
