using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>Connections without a server operator: subscribed, left and written to by hand.</summary>
public sealed class ExploringBareConnectionsSpec
{
    [Test]
    public void Who_leaves_and_comes_back_gets_every_byte_once() => Explored.Run(1_000, scenario =>
    {
        Each(scenario, scenario.Listen(), c =>
        {
            var first = scenario.Inbound(c).Subscribe(_ => { }, c.Dispose);
            scenario.At(TimeSpan.FromMilliseconds(scenario.Random.Next(8)), first.Dispose);
            scenario.At(TimeSpan.FromMilliseconds(8 + scenario.Random.Next(8)), () =>
            {
                first.Dispose();
                scenario.Inbound(c).Subscribe(_ => { }, c.Dispose);
            });
        });
        ExploringPipelinesSpec.Talk(scenario, 200);
    });

    [Test]
    public void A_bare_subscription_that_answers_and_finishes_loses_nothing() => Explored.Run(1_000, scenario =>
    {
        var count = 0;
        var fatal = scenario.Random.Between(3, 60);
        Each(scenario, scenario.Listen(), c => scenario.Inbound(c).Subscribe(
            message =>
            {
                scenario.Send(c, ((Packet)message).Data);
                if (++count == fatal)
                {
                    scenario.Cuts(c);
                    throw new InvalidOperationException("planned");
                }
            },
            c.Outbound.OnCompleted));
        ExploringPipelinesSpec.Talk(scenario, 200);
    });

    [Test]
    public void Producers_that_await_are_all_let_in_or_told_of_the_close() => Explored.Run(1_000, scenario =>
    {
        var producers = new List<Task>();
        var listener = scenario.Listen(options => options with
        {
            OutboundHighWaterBytes = 50, AbnormalClosure = scenario.Random.Pick([AbnormalClosure.Complete, AbnormalClosure.Error]),
        });
        Each(scenario, listener, c =>
        {
            scenario.Inbound(c).Subscribe(_ => { }, _ => { });
            for (var i = 0; i < 3; i++)
                producers.Add(ProduceAsync(c, (byte)('a' + i)));
            producers.Add(FinishAsync(scenario, c, [.. producers]));
        });
        var client = ExploringPipelinesSpec.Talk(scenario, 50);
        scenario.Then(() =>
        {
            if (producers.Any(producer => !producer.IsCompletedSuccessfully))
                scenario.Fail($"A producer still waits, or failed: {producers.Find(p => p.IsFaulted)?.Exception?.InnerException}");
            for (var letter = 'a'; letter < 'd'; letter++)
            {
                var text = string.Concat(client.ReceivedText.Where(c => char.ToLowerInvariant(c) == letter));
                if (!string.Concat(Enumerable.Range(0, 10).Select(_ => $"{letter}{letter}{letter}{letter}{letter}{letter}{char.ToUpperInvariant(letter)}")).StartsWith(text, StringComparison.Ordinal))
                    scenario.Fail($"A producer's messages came out as {text}.");
            }
        });
    });

    [Test]
    public void At_the_limit_paused_and_forgotten_slots_come_back() => Explored.Run(1_000, scenario =>
    {
        var listener = scenario.Listen(options => options with
        {
            MaxConnections = 1,
            AtLimit = scenario.Random.Pick([AtLimitPolicy.Wait, AtLimitPolicy.Close]),
            UnclaimedTimeout = TimeSpan.FromMilliseconds(20),
        });
        Each(scenario, listener, c =>
        {
            if (listener.Connections.Count > 1)
                scenario.Fail("There are more connections than allowed.");
            if (scenario.Random.Chance(1, 2))
                scenario.Inbound(c).Subscribe(_ => { }, c.Dispose);
        });
        var clients = Enumerable.Range(0, 3).Select(_ => ExploringPipelinesSpec.Talk(scenario, 20)).ToArray();
        scenario.May("pause", listener.Pause);
        scenario.May("resume", listener.Resume);
        scenario.At(TimeSpan.FromSeconds(100), listener.Resume);
        scenario.At(TimeSpan.FromSeconds(400), () =>
        {
            if (scenario.Network.AcceptedCount != clients.Length)
                scenario.Fail("A client still waits to be accepted.");
        });
    },
    new ExplorationOptions { Kinds = [.. Enum.GetValues<FaultKind>().Except([FaultKind.Refusal])] });

    private static void Each(Scenario scenario, IListener listener, Action<IConnection> action) =>
        scenario.Observe(new Each<IConnection>(listener, action), "the connections");

    private static async Task ProduceAsync(IConnection connection, byte letter)
    {
        byte[] message = [letter, letter, letter, letter, letter, letter, (byte)(letter - 32)];
        try
        {
            for (var i = 0; i < 10; i++)
                await connection.Outbound.SendAsync(message);
        }
        catch (ConnectionClosedException)
        {
            // What this is about: it is told, and does not wait for ever.
        }
    }

    private static async Task FinishAsync(Scenario scenario, IConnection connection, Task[] producers)
    {
        foreach (var producer in producers)
            await producer;
        try
        {
            await connection.Outbound.FlushAsync();
        }
        catch (ConnectionClosedException)
        {
            // As above.
        }

        scenario.Cuts(connection);
        connection.Dispose();
    }
}
