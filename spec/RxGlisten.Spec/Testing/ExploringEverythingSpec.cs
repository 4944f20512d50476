using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>Everything at once: what must always hold, holds whatever is combined.</summary>
public sealed class ExploringEverythingSpec
{
    [Test]
    public void Whatever_is_combined_connections_end_once_and_nothing_is_left() => Explored.Run(1_500, scenario =>
    {
        var random = scenario.Random;
        TimeSpan Limit() => random.Chance(2, 3) ? Timeout.InfiniteTimeSpan : Ms(random.Between(1, 60));
        var listener = scenario.Listen(options => options with
        {
            FlowControl = random.Pick([FlowControl.Once, FlowControl.Count(2), FlowControl.Active]),
            HeldBytesLimit = random.Between(1, 300),
            OutboundHighWaterBytes = 60,
            OutboundLimitBytes = random.Pick([60, 200, 100_000]),
            IdleTimeout = Limit(), SendTimeout = Limit(), HalfOpenTimeout = Limit(), MaximumAge = Limit(), HoldTimeout = Limit(), UnclaimedTimeout = Limit(),
            LingerTimeout = Ms(random.Between(1, 60)),
            AbnormalClosure = random.Pick([AbnormalClosure.Complete, AbnormalClosure.Error]),
            ReceiveBufferBytes = random.Pick([1, 7, 64 * 1024]),
            MaxConnections = random.Pick([1, 2, 100]),
        });
        var connections = 0;
        scenario.Observe(new Each<IConnection>(listener, c => Live(scenario, c, ++connections)), "the connections");
        for (var i = 0; i < 3; i++)
            ExploringPipelinesSpec.Talk(scenario, 100);
        scenario.May("stop", () => listener.StopAsync(Ms(random.Next(10))));
        scenario.May("pause", listener.Pause);
        scenario.At(Ms(200), listener.Resume);
    });

    private static void Live(Scenario scenario, IConnection connection, int number)
    {
        scenario.Cuts(connection);
        var random = scenario.Random.Fork(number);
        IDisposable? subscription = null;
        void Subscribe() => subscription = scenario.Inbound(connection).Subscribe(message =>
        {
            switch (random.Next(8))
            {
                case 0: scenario.Hold(connection, (Packet)message, Ms(random.Next(10))); break;
                case 1: subscription?.Dispose(); break;
                case 2: scenario.Send(connection, random.Bytes(random.Between(1, 150))); break;
                case 3 when random.Chance(1, 10): throw new InvalidOperationException("planned");
                case 4 when random.Chance(1, 5): connection.Outbound.OnCompleted(); break;
                default: scenario.Send(connection, ((Packet)message).Data); break;
            }
        }, _ => { }, () => { });

        Subscribe();
        for (var i = 0; i < 3; i++)
        {
            scenario.At(Ms(random.Next(30)), () =>
            {
                subscription?.Dispose();
                Subscribe();
            });
        }

        scenario.May($"dispose {number}", connection.Dispose);
        scenario.May($"abort {number}", () =>
        {
            if (random.Chance(1, 2))
                connection.Abort();
        });
        scenario.May($"complete {number}", connection.Outbound.OnCompleted);
        scenario.At(Ms(5_000), connection.Dispose);
        scenario.Then(() =>
        {
            if (connection.Outbound.QueuedBytes != 0)
                scenario.Fail($"{connection.Outbound.QueuedBytes} bytes are queued on a closed connection.");
        });
    }

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
