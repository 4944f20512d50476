using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>
/// Bugs of order, planted below a server or in a pipeline: each is found within 1,000 seeds, and what is printed has at most 3 faults.
/// </summary>
public sealed class PlantedBugSpec
{
    [Test]
    public void Closing_without_waiting_for_the_peers_fin() => IsFound(Greeter(c => new ClosesEarly(c)));

    [Test]
    public void Losing_the_last_bytes_before_the_fin() => IsFound(Greeter(c => new LosesTheEnd(c)));

    [Test]
    public void Ending_before_the_last_packet() => IsFound(Echo(c => new EndsEarly(c)));

    [Test]
    public void Sending_twice_what_did_not_fit() => IsFound(Echo(c => new SendsTwice(c)));

    [Test]
    public void Taking_the_end_of_a_slow_send_for_its_beginning() => IsFound(Echo(c => new Reorders(c)));

    [Test]
    public void Forgetting_to_close() => IsFound(Echo(c => new NeverCloses(c)));

    [Test]
    public void A_pipeline_that_thinks_a_packet_is_a_message() => IsFound(scenario =>
    {
        var words = new List<string>();
        scenario.Observe(
            scenario.Listen().Serve(c => scenario.Inbound(c).Bytes()
                .Do(bytes => words.Add(System.Text.Encoding.ASCII.GetString(bytes.Span)))
                .IgnoreElements()),
            "Serve");
        var client = scenario.Connect();
        client.Send("hello");
        scenario.At(TimeSpan.FromMilliseconds(4), () => client.Send("world"));
        scenario.At(TimeSpan.FromMilliseconds(8), client.Finish);
        scenario.Then(() =>
        {
            if (words.Any(word => word is not ("hello" or "world")))
                scenario.Fail($"The messages were {string.Join(" and ", words)}.");
        });
    });

    private static void IsFound(Action<Scenario> scenario)
    {
        var found = Assert.Throws<ExplorationException>(() => Exploration.Explore(1_000, scenario))!;
        TestContext.Out.WriteLine($"found by seed number {found.SeedsTried}\n{found.Message}");
        Assert.That(found.Faults, Has.Count.LessThanOrEqualTo(3));
        var again = Assert.Throws<ExplorationException>(() => Exploration.Replay(found.Seed, found.Faults, scenario))!;
        Assert.That(again.Trace.ToString(), Is.EqualTo(found.Trace.ToString()), "the seed and the faults give the same trace again");
    }

    private static Action<Scenario> Echo(Func<ITransportConnection, ITransportConnection> wrap) => scenario =>
    {
        var listener = scenario.Listen(endpoint: new FaultyEndPoint(scenario.Network.EndPoint("server"), wrap));
        scenario.Observe(listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Bytes())), "Serve");
        var client = scenario.Connect();
        client.Send(scenario.Random.Bytes(2_000));
        scenario.At(TimeSpan.FromMilliseconds(5), client.Finish);
    };

    /// <summary>A server that says something long and closes, whatever the client sends meanwhile.</summary>
    private static Action<Scenario> Greeter(Func<ITransportConnection, ITransportConnection> wrap) => scenario =>
    {
        var listener = scenario.Listen(endpoint: new FaultyEndPoint(scenario.Network.EndPoint("server"), wrap));
        scenario.Observe(
            listener.Serve(c => scenario.Replies(c, scenario.Inbound(c).Take(1).Select(_ => (ReadOnlyMemory<byte>)new byte[3_000]))), "Serve");
        var client = scenario.Connect();
        client.Send("hello");
        scenario.At(TimeSpan.FromMilliseconds(5), () => client.Send("and"));
        scenario.At(TimeSpan.FromMilliseconds(9), () => client.Send("more"));
    };

    private sealed class ClosesEarly(ITransportConnection inner) : FaultyConnection(inner)
    {
        public override SocketError ShutdownSending()
        {
            Inner.Close();
            return SocketError.Success;
        }
    }

    private sealed class LosesTheEnd(ITransportConnection inner) : FaultyConnection(inner)
    {
        private bool _blocked;

        public override ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
        {
            if (!_blocked)
                return Send(data);
            return new ValueTask<Transfer>(new Transfer(data.Length, SocketError.Success));
        }

        private ValueTask<Transfer> Send(ReadOnlyMemory<byte> data)
        {
            _blocked = true;
            return Inner.SendAsync(data);
        }
    }

    private sealed class EndsEarly(ITransportConnection inner) : FaultyConnection(inner)
    {
        private int _receives;

        public override async ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
        {
            var received = await Inner.ReceiveAsync(buffer);
            return ++_receives > 3 ? default : received;
        }
    }

    private sealed class SendsTwice(ITransportConnection inner) : FaultyConnection(inner)
    {
        public override Transfer TrySend(ReadOnlySpan<byte> data)
        {
            var sent = Inner.TrySend(data);
            return sent.Bytes < data.Length && sent.Bytes > 0 ? sent with { Bytes = sent.Bytes - 1 } : sent;
        }
    }

    private sealed class Reorders(ITransportConnection inner) : FaultyConnection(inner)
    {
        public override ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data)
        {
            var turned = data.ToArray();
            if (turned.Length > 1)
                (turned[0], turned[^1]) = (turned[^1], turned[0]);
            return Inner.SendAsync(turned);
        }
    }

    private sealed class NeverCloses(ITransportConnection inner) : FaultyConnection(inner)
    {
        private bool _errors;

        public override async ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer)
        {
            var received = await Inner.ReceiveAsync(buffer);
            _errors |= !received.Succeeded;
            return received;
        }

        public override void Abort()
        {
            if (!_errors)
                Inner.Abort();
        }
    }
}
