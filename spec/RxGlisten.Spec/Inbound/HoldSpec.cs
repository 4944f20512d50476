using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Inbound;

/// <summary>Packets on hold, in virtual time. Packets are one byte each.</summary>
public sealed class HoldSpec
{
    private static byte[] Of(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static (VirtualServer Server, IConnection Connection, Probe<Message> Probe, List<IDisposable> Holds, Transports.TransportPeer Peer) Holding(
        FlowControl flow, Func<ServerOptions, ServerOptions>? options = null)
    {
        var server = new VirtualServer(defaults =>
        {
            defaults = defaults with { FlowControl = flow, ReceiveBufferBytes = 1 };
            return options?.Invoke(defaults) ?? defaults;
        });
        var (connection, peer) = server.Pair();
        List<IDisposable> holds = [];
        var probe = connection.Inbound.Probe(message => holds.Add(((Packet)message).Hold()));
        return (server, connection, probe, holds, peer);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    public void Reading_stops_when_n_packets_are_on_hold_and_each_release_lets_one_more_through(int n)
    {
        var (server, _, probe, holds, peer) = Holding(FlowControl.Count(n));
        _ = peer.SendAsync(Of("abcdefghij"));
        server.Settle();
        Assert.That(probe.Items, Has.Count.EqualTo(n));
        holds[0].Dispose();
        Assert.That(probe.Items, Has.Count.EqualTo(n), "nothing is delivered inside Dispose");
        server.Settle();
        Assert.That(probe.Items, Has.Count.EqualTo(n + 1));
        holds[0].Dispose();
        server.Settle();
        Assert.That(probe.Items, Has.Count.EqualTo(n + 1), "a second Dispose does nothing");
    }

    [Test]
    public void Once_is_one_and_Active_is_without_limit()
    {
        var (once, _, probe, _, peer) = Holding(FlowControl.Once);
        _ = peer.SendAsync(new byte[1000]);
        once.Settle();
        Assert.That(probe.Items, Has.Count.EqualTo(1));
        var (active, _, many, _, sender) = Holding(FlowControl.Active);
        _ = sender.SendAsync(new byte[1000]);
        active.Settle();
        Assert.That(many.Items, Has.Count.EqualTo(1000));
        Assert.That(new ServerOptions().FlowControl, Is.EqualTo(FlowControl.Once));
        Assert.That(() => FlowControl.Count(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That($"{FlowControl.Once} {FlowControl.Count(7)} {FlowControl.Active}", Is.EqualTo("Once Count(7) Active"));
    }

    [Test]
    public void Several_holds_on_a_packet_are_one_credit_until_the_last_is_disposed()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1, FlowControl = FlowControl.Count(2) });
        var (connection, peer) = server.Pair();
        List<IDisposable> holds = [];
        var probe = connection.Inbound.Probe(message =>
        {
            holds.Add(((Packet)message).Hold());
            holds.Add(((Packet)message).Hold());
            holds.Add(((Packet)message).Hold());
        });
        _ = peer.SendAsync(Of("abcdef"));
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("ab"));
        holds[0].Dispose();
        holds[0].Dispose();
        holds[1].Dispose();
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("ab"));
        holds[2].Dispose();
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("abc"));
    }

    [Test]
    public void A_hold_that_is_taken_when_the_one_before_it_was_released_takes_the_credit_again()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        List<IDisposable> holds = [];
        var probe = connection.Inbound.Probe(message =>
        {
            ((Packet)message).Hold().Dispose();
            holds.Add(((Packet)message).Hold());
        });
        _ = peer.SendAsync(Of("abc"));
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("a"));
        holds[0].Dispose();
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("ab"));
    }

    [Test]
    public void A_hold_after_the_delivery_throws()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Probe();
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        var packet = (Packet)probe.Items[0];
        Assert.That(packet.Hold, Throws.InvalidOperationException.With.Message.Contains("delivery is over"));
    }

    [Test]
    public void An_earlier_packet_can_not_be_held_during_a_later_delivery()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        Packet? earlier = null;
        Exception? thrown = null;
        _ = connection.Inbound.Probe(message =>
        {
            if (earlier is not null)
                thrown = Assert.Throws<InvalidOperationException>(() => earlier.Hold());
            earlier = (Packet)message;
        });
        _ = peer.SendAsync(Of("ab"));
        server.Settle();
        Assert.That(thrown, Is.Not.Null);
    }

    [Test]
    public void Held_bytes_stop_reading_whatever_the_flow_control()
    {
        var (server, _, probe, holds, peer) = Holding(FlowControl.Active, options => options with { HeldBytesLimit = 3 });
        _ = peer.SendAsync(Of("abcdef"));
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("abc"));
        holds[1].Dispose();
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("abcd"));
    }

    [Test]
    public void The_close_releases_holds_so_that_what_came_before_a_reset_is_delivered()
    {
        var (server, connection, probe, holds, peer) = Holding(FlowControl.Once);
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        _ = peer.SendAsync(Of("b"));
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("a"));
        peer.Reset();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == CloseKind.PeerReset);
        Assert.That((probe.Text(), probe.IsEnded), Is.EqualTo(("ab", true)));
        foreach (var hold in holds)
            hold.Dispose();
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("ab"));
    }

    [Test]
    public void A_hold_taken_after_the_close_does_not_keep_the_end_away()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Probe(message => ((Packet)message).Hold());
        _ = peer.SendAsync("a"u8.ToArray());
        server.Settle();
        _ = peer.SendAsync("bc"u8.ToArray());
        peer.Reset();
        server.Advance(TimeSpan.FromSeconds(1));
        Assert.That((probe.Text(), probe.IsEnded, connection.Closed.IsCompleted), Is.EqualTo(("abc", true, true)));
    }

    [Test]
    public void The_hold_timeout_ends_the_connection_at_the_exact_tick()
    {
        var limit = TimeSpan.FromSeconds(10);
        var (server, connection, probe, holds, peer) = Holding(FlowControl.Count(2), options => options with { HoldTimeout = limit });
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        server.Advance(TimeSpan.FromSeconds(4));
        _ = peer.SendAsync(Of("b"));
        server.Settle();
        holds[0].Dispose();
        server.Settle();
        server.Advance(limit - TimeSpan.FromTicks(2));
        Assert.That(probe.IsEnded, Is.False);
        server.Settle();
        Assert.That(probe.IsEnded);
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == CloseKind.HandlerFault);
    }

    [Test]
    public void Holds_released_in_time_never_time_out()
    {
        var limit = TimeSpan.FromSeconds(10);
        var (server, _, probe, holds, peer) = Holding(FlowControl.Once, options => options with { HoldTimeout = limit });
        for (var i = 0; i < 20; i++)
        {
            _ = peer.SendAsync(Of("a"));
            server.Settle();
            server.Advance(limit - TimeSpan.FromTicks(2));
            holds[^1].Dispose();
            server.Settle();
        }

        Assert.That((probe.Items.Count, probe.IsEnded), Is.EqualTo((20, false)));
    }

    [TestCase(1)]
    [TestCase(300)]
    [TestCase(1500)]
    [TestCase(40_000)]
    public void What_is_held_is_never_received_into_again_nor_is_it_after_the_release(int size)
    {
        var server = new VirtualServer(options => options with { FlowControl = FlowControl.Active, HeldBytesLimit = long.MaxValue });
        var (connection, peer) = server.Pair();
        List<(Packet Packet, IDisposable Hold)> held = [];
        connection.Inbound.Probe(message => held.Add(((Packet)message, ((Packet)message).Hold())));
        for (var i = 0; i < 50; i++)
        {
            _ = peer.SendAsync(Enumerable.Repeat((byte)i, size).ToArray());
            server.Settle();
            if (i == 25)
                held.ForEach(one => one.Hold.Dispose());
        }

        Assert.That(held.Select(one => one.Packet.Data.Length), Is.All.EqualTo(size));
        Assert.That(held.Select((one, i) => one.Packet.Data.ToArray().All(b => b == i)), Is.All.True);
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task Holds_released_from_other_threads_let_everything_through_in_order(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { FlowControl = FlowControl.Count(3), ReceiveBufferBytes = 700 });
        var (connection, peer) = await server.PairAsync();
        var probe = connection.Inbound.Probe(message =>
        {
            var hold = ((Packet)message).Hold();
            ThreadPool.UnsafeQueueUserWorkItem(static hold => hold.Dispose(), hold, preferLocal: false);
        });
        var sent = new byte[200_000];
        new Random(3).NextBytes(sent);
        await peer.SendAsync(sent).Soon();
        peer.FinishSending();
        await probe.EndAsync();
        Assert.That(probe.Bytes().AsSpan().SequenceEqual(sent));
    }
}
