using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing;

/// <summary>A FIN ends one direction, and the other goes on.</summary>
public sealed class HalfCloseSpec
{
    private static IEnumerable<string> Kinds => Reaches.Names;

    [TestCaseSource(nameof(Kinds))]
    public async Task A_client_that_finishes_and_waits_gets_its_reply(string kind)
    {
        using var reach = Reaches.Of(kind);
        var closings = new Probe<ConnectionClosed>();
        await using var server = new TestServer(reach, serve: listener => closings.On(listener.Serve(Shout)));
        using var peer = await server.ConnectAsync();
        await peer.SendAsync("question"u8.ToArray());
        peer.FinishSending();
        var reply = await peer.ReadToEndAsync().Soon();
        Assert.That(Encoding.ASCII.GetString(reply.Bytes), Is.EqualTo("QUESTION"));
        Assert.That((await closings.CountAsync(1))[0].Reason.Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public void A_reply_that_takes_30_seconds_still_arrives()
    {
        var closings = new Probe<ConnectionClosed>();
        VirtualServer? server = null;
        server = new VirtualServer(serve: listener => closings.On(
            listener.Serve(connection => Shout(connection).Delay(TimeSpan.FromSeconds(30), server!.Time))));
        var peer = server.Connect();
        _ = peer.SendAsync("question"u8.ToArray());
        peer.FinishSending();
        var reply = peer.ReadToEndAsync();
        server.Settle();
        server.Advance(TimeSpan.FromSeconds(29));
        Assert.That((reply.IsCompleted, closings.Items.Count), Is.EqualTo((false, 0)));
        server.Advance(TimeSpan.FromSeconds(1));
        server.Advance(TimeSpan.FromMilliseconds(1)); // the turns that the timer of Delay set off
        Assert.That(reply.IsCompleted);
        Assert.That(Encoding.ASCII.GetString(reply.Result.Bytes), Is.EqualTo("QUESTION"));
        Assert.That(closings.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public void Reading_that_a_full_queue_had_stopped_goes_on_when_the_queue_ended_with_the_fin()
    {
        var server = new VirtualServer(options => options with { OutboundHighWaterBytes = 1_000 }, windowBytes: 30_000);
        var (connection, peer) = server.Pair();
        connection.Outbound.OnNext(new byte[31_500]); // what is left over the mark leaves as one, and the FIN behind it
        connection.Outbound.OnCompleted();
        var inbound = connection.Inbound.Probe();
        var read = peer.ReadToEndAsync();
        server.Settle();
        Assert.That(read.IsCompleted);
        _ = peer.SendAsync("after the fin"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("after the fin"));
    }

    [Test]
    public void Reading_that_a_full_queue_had_stopped_goes_on_under_half_of_the_mark_while_the_rest_waits()
    {
        var server = new VirtualServer(windowBytes: 30_000);
        var (connection, peer) = server.Pair();
        connection.Outbound.OnNext(new byte[100_000]);
        var inbound = connection.Inbound.Probe();
        _ = peer.SendAsync("now"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Items, Is.Empty);
        while (connection.Outbound.QueuedBytes >= 32 * 1024)
        {
            var received = peer.ReceiveAsync();
            server.Settle();
            Assert.That(received.IsCompleted && received.Result.Bytes.Length > 0);
        }

        Assert.That((connection.Outbound.QueuedBytes > 0, inbound.Text()), Is.EqualTo((true, "now")));
    }

    [Test]
    public async Task A_proxy_of_two_connections_forwards_both_fins_and_loses_nothing([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var left = new TestServer(reach);
        await using var right = new TestServer(reach);
        var pairs = new List<Task>();
        for (var i = 0; i < 40; i++)
        {
            var (a, near) = await left.PairAsync();
            var (b, far) = await right.PairAsync();
            a.Inbound.Bytes().Subscribe(b.Outbound);
            b.Inbound.Bytes().Subscribe(a.Outbound);
            pairs.Add(ExchangeAsync(a, near, b, far, i));
        }

        await Task.WhenAll(pairs).Soon();
        await Patience.UntilAsync(() => left.Listener.Connections.Count + right.Listener.Connections.Count == 0, "all proxied connections closed");
    }

    private static async Task ExchangeAsync(IConnection a, ITestPeer near, IConnection b, ITestPeer far, int seed)
    {
        var random = new Random(seed);
        var there = PeerReading.Noise(random.Next(300_000), seed);
        var back = PeerReading.Noise(random.Next(300_000), seed + 1000);
        var readings = Task.WhenAll(far.ReadToEndAsync(), near.ReadToEndAsync());
        await Task.WhenAll(SendAsync(near, there, new Random(seed)), SendAsync(far, back, new Random(seed + 1)));
        var read = await readings;
        Assert.That(read[0].Bytes.AsSpan().SequenceEqual(there) && read[1].Bytes.AsSpan().SequenceEqual(back), "not a byte is lost or changed");
        var reasons = await Task.WhenAll(a.Closed, b.Closed);
        Assert.That(reasons.Select(reason => reason.Kind), Is.All.EqualTo(CloseKind.PeerClosed).Or.EqualTo(CloseKind.LocalClosed));
    }

    private static async Task SendAsync(ITestPeer peer, byte[] bytes, Random random)
    {
        var rest = bytes.AsMemory();
        while (!rest.IsEmpty)
        {
            var some = Math.Min(rest.Length, random.Next(1, 50_000));
            await peer.SendAsync(rest[..some]);
            rest = rest[some..];
        }

        peer.FinishSending();
    }

    private static IObservable<ReadOnlyMemory<byte>> Shout(IConnection connection) =>
        from bytes in connection.Inbound.Bytes().Select(bytes => bytes.ToArray()).ToList()
        select (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(Encoding.ASCII.GetString([.. bytes.SelectMany(part => part)]).ToUpperInvariant());
}
