using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>The ways a connection ends, by chance and against each other.</summary>
public sealed class ExploringEndsSpec
{
    [Test]
    public void Dispose_abort_and_throw_at_any_time_end_a_connection_once() => Explored.Run(1_500, scenario =>
    {
        var throws = false;
        IConnection? connection = null;
        var listener = scenario.Listen();
        scenario.Observe(
            listener.Serve(c =>
            {
                connection = c;
                return scenario.Replies(c, scenario.Inbound(c).Bytes().Do(_ =>
                {
                    if (throws)
                        throw new InvalidOperationException("planned");
                }));
            }),
            "Serve");
        ExploringPipelinesSpec.Talk(scenario, 200);
        void May(string name, Action<IConnection> action) => scenario.May(name, () =>
        {
            if (connection is null)
                return;
            scenario.Cuts(connection);
            action(connection);
        });
        May("dispose", c => c.Dispose());
        May("abort", c => c.Abort());
        May("throw", _ => throws = true);
        May("finish", c => c.Outbound.OnCompleted());
        May("fail", c => c.Outbound.OnError(new IOException("planned")));
    });

    [Test]
    public void Short_timeouts_end_connections_once_and_orderly_ones_lose_nothing() => Explored.Run(1_500, scenario =>
    {
        TimeSpan Limit(int milliseconds) => scenario.Random.Chance(1, 2) ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(scenario.Random.Between(1, milliseconds));
        var listener = scenario.Listen(options => options with
        {
            IdleTimeout = Limit(30),
            SendTimeout = Limit(30),
            HalfOpenTimeout = TimeSpan.FromMilliseconds(scenario.Random.Between(10, 40)), // longer than the pipeline takes for its last word
            MaximumAge = Limit(60),
            LingerTimeout = TimeSpan.FromMilliseconds(scenario.Random.Between(10, 40)),
            OutboundHighWaterBytes = 100,
        });
        scenario.Observe(
            listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Bytes()
                .Concat(Observable.Timer(TimeSpan.FromMilliseconds(4), scenario.Scheduler).Select(_ => (ReadOnlyMemory<byte>)new byte[200])))),
            "Serve");
        ExploringPipelinesSpec.Talk(scenario, 200);
        ExploringPipelinesSpec.Talk(scenario, 20);
    });

    [Test]
    public void A_drain_with_a_deadline_counts_every_connection() => Explored.Run(1_000, scenario =>
    {
        var listener = scenario.Listen();
        Task<DrainResult>? drain = null;
        var atStop = 0;
        var ends = scenario.Observe(
            listener.Serve(c => scenario.Replies(c, scenario.Random.Chance(1, 2) ? scenario.Inbound(c).Bytes() : UntilDraining(scenario, c))), "Serve");
        for (var i = 0; i < 3; i++)
            ExploringPipelinesSpec.Talk(scenario, 100);
        scenario.May("stop", () =>
        {
            atStop = listener.Connections.Count;
            foreach (var c in listener.Connections)
                scenario.Cuts(c);
            drain = listener.StopAsync(TimeSpan.FromMilliseconds(scenario.Random.Next(10)));
        });
        scenario.Then(() =>
        {
            if (drain is not null && drain.Result.Finished + drain.Result.Cut != atStop)
                scenario.Fail($"{atStop} connections were open, and the drain says {drain.Result}.");
            if (ends.Items.Any(end => end.Reason.Kind == CloseKind.ServerStopping) && drain is null)
                scenario.Fail("A connection was cut, and nobody stopped the server before it was at rest.");
        });
    });

    [Test]
    public void Disposing_Serve_at_any_time_ends_its_connections() => Explored.Run(500, scenario =>
    {
        var listener = scenario.Listen();
        var served = scenario.Observe(listener.Serve(c =>
        {
            scenario.Cuts(c);
            return scenario.Replies(c, c.Inbound.Bytes());
        }), "Serve");
        ExploringPipelinesSpec.Talk(scenario, 100);
        ExploringPipelinesSpec.Talk(scenario, 100);
        scenario.May("dispose Serve", served.Dispose);
    });

    [Test]
    public void A_slow_consumer_is_cut_or_loses_whole_messages_as_the_policy_says() => Explored.Run(1_000, scenario =>
    {
        var policy = scenario.Random.Pick([SlowConsumerPolicy.Disconnect, SlowConsumerPolicy.DropNewest, SlowConsumerPolicy.DropOldest]);
        var listener = scenario.Listen(options => options with
        {
            OutboundHighWaterBytes = 40, OutboundLimitBytes = 80, SlowConsumerPolicy = policy, DropsAreWholeMessages = policy != SlowConsumerPolicy.Disconnect,
        });
        var news = Observable.Interval(TimeSpan.FromMilliseconds(1), scenario.Scheduler).Take(30)
            .Select(i => (ReadOnlyMemory<byte>)System.Text.Encoding.ASCII.GetBytes($"{i:000000};"));
        var ends = scenario.Observe(listener.Serve(c => policy == SlowConsumerPolicy.Disconnect ? scenario.Replies(c, news) : news), "Serve");
        var client = scenario.Connect(new LinkSettings { Latency = TimeSpan.FromMilliseconds(1), WindowBytes = 30 });
        scenario.Then(() =>
        {
            var numbers = client.ReceivedText.Split(';')[..^1].Select(int.Parse).ToArray();
            if (!numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second))
                scenario.Fail($"Messages came in the order {string.Join(' ', numbers)}.");
            if (client.End == ClientEnd.Fin && client.ReceivedText.Length % 7 != 0)
                scenario.Fail("A part of a message was lost.");
            if (policy != SlowConsumerPolicy.Disconnect && ends.Items.Any(end => end.Reason.Kind == CloseKind.SlowConsumer))
                scenario.Fail("A slow consumer was cut, and the policy says to drop.");
        });
    });

    private static IObservable<ReadOnlyMemory<byte>> UntilDraining(Scenario scenario, IConnection connection) =>
        scenario.Inbound(connection).Bytes().TakeUntil(
            Observable.Create<int>(observer => connection.Draining.Register(() => observer.OnNext(0))));
}
