using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Testing.Recordings;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Marbles;

/// <summary>Scripts that drive clients of the simulated network, and what its traces become.</summary>
public sealed class SimulatedMarbleSpec
{
    [TestCase("-a--(bc)--F--", "---a--'bc'--F-")]
    [TestCase("-'quite long'-F---", "---'quite long'-F-")]
    public void A_reply_takes_the_latency_of_both_ways(string script, string expected)
    {
        var (time, network) = Serve(Replies.Echo);
        var client = network.Connect(network.EndPoint("server"), new LinkSettings { Latency = TimeSpan.FromMilliseconds(1) });
        client.AsMarbleClient().Verify(MarbleScript.Parse(script), MarbleScript.Parse(expected), time);
    }

    [Test]
    public void A_client_that_reads_nothing_is_sent_nothing_until_it_does()
    {
        var (time, network) = Serve(Replies.Echo);
        network.Connect(network.EndPoint("server")).AsMarbleClient().Verify(MarbleScript.Parse("Sab--G--"), MarbleScript.Parse("-----'ab'--"), time);
    }

    [Test]
    public void A_refused_client_sees_a_reset()
    {
        var (time, network) = Serve(Replies.Echo);
        network.Connect(network.EndPoint("nobody")).AsMarbleClient().Verify(MarbleScript.Parse("-"), MarbleScript.Parse("X"), time);
    }

    [Test]
    public void A_pure_pipeline_runs_in_virtual_time_too()
    {
        var time = new VirtualTime();
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> late = inbound => inbound.Bytes().Delay(TimeSpan.FromMilliseconds(2), time);
        late.Verify(MarbleScript.Parse("ab---F"), MarbleScript.Parse("--ab---F"), time);
    }

    [Test]
    public void A_simulated_run_is_drawn_and_replayed()
    {
        var (time, network) = Serve(Replies.Echo);
        var client = network.Connect(network.EndPoint("server"), new LinkSettings { Latency = TimeSpan.FromMilliseconds(1) });
        client.AsMarbleClient().Run(MarbleScript.Parse("-'one'--'two'-F----"), time);
        var broken = network.Connect(network.EndPoint("server"));
        broken.AsMarbleClient().Run(MarbleScript.Parse("-'three'-X--"), time);

        var events = network.Trace.ToConnectionEvents();
        var result = Recording.Of(events).Run(Replies.Echo);
        Assert.That(result.Connections[0].Output.ToArray(), Is.EqualTo(client.ReceivedBytes));
        Assert.That(result.Connections.Select(connection => connection.End), Is.EqualTo(new CloseKind?[] { CloseKind.PeerClosed, CloseKind.PeerReset }));
        Assert.That(new MarblePicture().Render(events), Does.Contain("'three'").And.Contain("PeerReset").And.Contain("class=\"reset\""));
    }

    private static (VirtualTime Time, SimulatedNetwork Network) Serve(Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline)
    {
        var time = new VirtualTime();
        var network = new SimulatedNetwork(time, seed: 1);
        RxServer.Listen(network.EndPoint("server"), new ServerOptions { Scheduler = time }).ServePipeline(pipeline).Subscribe();
        time.AdvanceBy(TimeSpan.Zero);
        return (time, network);
    }
}
