using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>Handlers with user messages under whatever a network can do to them.</summary>
public sealed class ExploringHandlersSpec
{
    [Test]
    public void A_handler_is_told_everything_once_and_its_end_last() => Explored.Run(2_000, scenario =>
    {
        var random = scenario.Random;
        var watch = new HandlerWatch { OnBreach = scenario.Fail };
        var throws = false;
        var listener = scenario.Listen(options => options with
        {
            UserMessageLimit = random.Pick([1, 3, 1024]),
            UserMessagePolicy = random.Pick([UserMessagePolicy.Disconnect, UserMessagePolicy.DropNewest, UserMessagePolicy.DropOldest]),
            ReceiveBufferBytes = random.Pick([1, 7, 64 * 1024]),
            OutboundHighWaterBytes = random.Between(1, 60),
            AbnormalClosure = random.Pick([AbnormalClosure.Complete, AbnormalClosure.Error]),
        });
        var connections = new List<IConnection>();
        var handled = watch.Handle<int>(
            listener.Select(c => new ConnectionSeen(scenario, c)),
            c =>
            {
                connections.Add(c);
                return (0, Ticks(scenario, 20));
            },
            (n, message, c) => Loop(scenario, n, message, (ConnectionSeen)c, throws),
            rescue: random.Pick([Rescue.Stop, Rescue.Continue]));
        var observed = scenario.Observe(handled.Select(ended => ended with { Connection = ((ConnectionSeen)ended.Connection).Inner }), "Handle");
        ExploringPipelinesSpec.Talk(scenario, 200);
        ExploringPipelinesSpec.Talk(scenario, 20);
        void May(string name, Action<IConnection> action) => scenario.May(name, () =>
        {
            foreach (var c in connections)
            {
                scenario.Cuts(((ConnectionSeen)c).Inner);
                action(c);
            }
        });
        May("dispose", c => c.Dispose());
        May("abort", c => c.Abort());
        May("throw", _ => throws = true);
        May("dispose Handle", _ => observed.Dispose());
        scenario.Then(() =>
        {
            if (watch.Closings != connections.Count)
                scenario.Fail($"{connections.Count} handlers began, and {watch.Closings} were told of their end.");
        });
    });

    private static Next<int> Loop(Scenario scenario, int count, Message message, ConnectionSeen connection, bool throws)
    {
        var random = scenario.Random;
        if (throws)
            throw new InvalidOperationException("planned");
        if (message is Packet packet)
        {
            scenario.Send(connection.Inner, packet.Data);
            if (random.Chance(1, 4))
                scenario.Hold(connection.Inner, packet, TimeSpan.FromMilliseconds(random.Next(8)));
        }

        switch (random.Next(40))
        {
            case 0:
                scenario.Cuts(connection.Inner);
                return Next.Stop();
            case 1:
                scenario.Cuts(connection.Inner);
                return Next.StopAbnormal("planned");
            case 2:
                return Next.Continue(count + 1).WithUser(Ticks(scenario, 3));
            default:
                return Next.Continue(count + 1);
        }
    }

    private static IObservable<Message> Ticks(Scenario scenario, int count) =>
        Observable.Interval(TimeSpan.FromMilliseconds(scenario.Random.Between(1, 4)), scenario.Scheduler)
            .Take(count)
            .SelectMany(n => Enumerable.Repeat<Message>(new UserMessage<long>(n), scenario.Random.Between(1, 3)));
}
