using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>Long times of many clients, to the tick, in a short one.</summary>
public sealed class SimulatedDaySpec
{
    private static readonly TimeSpan s_beat = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_latency = TimeSpan.FromMilliseconds(20);

    [Test]
    public void A_day_of_1000_clients_with_a_heartbeat_a_minute_times_out_exactly_those_that_fell_silent()
    {
        var watch = Stopwatch.StartNew();
        var (timedOut, expected, network) = Live(clients: 1_000, TimeSpan.FromDays(1), seed: 1, kept: 0);
        TestContext.Out.WriteLine($"{network.Trace.Total} events in {watch.Elapsed}");
        Assert.That(expected, Has.Count.EqualTo(50));
        Assert.That(timedOut, Is.EqualTo(expected));
        Assert.That(network.Trace.Total, Is.GreaterThan(2 * 1_400_000));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void Two_runs_of_one_seed_are_the_same_byte_for_byte_and_those_of_another_are_not()
    {
        string Trace(int seed) => Live(clients: 30, TimeSpan.FromMinutes(30), seed, kept: int.MaxValue).Network.Trace.ToString();
        var first = Trace(7);
        var again = Trace(7);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(Trace(8), Is.Not.EqualTo(first));
    }

    /// <summary>Every client beats at its own second of the minute; each twentieth falls silent at a minute that is drawn.</summary>
    private static (SortedDictionary<TimeSpan, string> TimedOut, SortedDictionary<TimeSpan, string> Expected, SimulatedNetwork Network) Live(
        int clients, TimeSpan length, int seed, int kept)
    {
        var time = new VirtualTime();
        var network = new SimulatedNetwork(time, seed) { Link = new LinkSettings { Latency = s_latency }, Trace = { Limit = kept } };
        var random = new DeterministicRandom(seed);
        var listener = RxServer.Bind(network.EndPoint("server"), new ServerOptions { Scheduler = time, IdleTimeout = s_idle });
        var timedOut = new SortedDictionary<TimeSpan, string>();
        var expected = new SortedDictionary<TimeSpan, string>();
        listener.Serve(c => c.Inbound.Bytes().IgnoreElements()).Subscribe(end =>
        {
            if (end.Reason.Kind == CloseKind.IdleTimeout)
                timedOut.Add(time.Elapsed, $"{end.Connection.RemoteEndPoint}");
        });
        for (var i = 0; i < clients; i++)
        {
            var start = TimeSpan.FromMilliseconds(10_000 + (i * 40_000L / clients)) + TimeSpan.FromTicks(i);
            var beats = (int)(length / s_beat) - 1;
            var dies = i % 20 == 7;
            if (dies)
                beats = random.Between(1, beats - 10);
            time.Schedule(start, () =>
            {
                var client = network.Connect(listener.LocalEndPoint);
                if (dies)
                    expected.Add(start + (beats * s_beat) + s_latency + s_idle + s_latency + s_latency, $"{client.LocalEndPoint}");
                Beat(time, client, beats, dies);
            });
        }

        time.AdvanceTo(length + TimeSpan.FromMinutes(5));
        Assert.That(listener.Connections, Is.Empty);
        return (timedOut, expected, network);
    }

    // A client that dies beats for the last time and then does nothing more; it still answers the server's FIN, so the connection is over two latencies later.
    private static void Beat(VirtualTime time, SimulatedClient client, int left, bool dies)
    {
        client.Send("beat");
        if (left > 0)
            time.Schedule(s_beat, () => Beat(time, client, left - 1, dies));
        else if (!dies)
            client.Finish();
    }
}
