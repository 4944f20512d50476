using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Inbound.Doubles;

namespace RxGlisten.Spec.Inbound;

/// <summary>When the transport is read, seen from the transport, in virtual time.</summary>
public sealed class ReadingSpec
{
    private static byte[] Of(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    [Test]
    public void Nothing_is_read_before_somebody_subscribes()
    {
        var server = new WatchedServer();
        var (connection, transport, peer) = server.Pair();
        _ = peer.SendAsync(Of("abc"));
        server.Time.AdvanceBy(TimeSpan.FromSeconds(29).Ticks);
        Assert.That((transport.Receives, transport.Asks), Is.EqualTo((0, 0)));
        var probe = connection.Inbound.Probe();
        Assert.That(transport.Receives, Is.Zero);
        server.Settle();
        Assert.That(probe.Text(), Is.EqualTo("abc"));
    }

    [Test]
    public void Without_a_subscriber_the_peer_is_held_back_at_its_window()
    {
        var server = new VirtualServer(windowBytes: 10);
        var (connection, peer) = server.Pair();
        var sending = peer.SendAsync(new byte[11]);
        server.Advance(TimeSpan.FromSeconds(29));
        Assert.That(sending.IsCompleted, Is.False);
        _ = connection.Inbound.Probe();
        server.Settle();
        Assert.That(sending.IsCompletedSuccessfully);
    }

    [Test]
    public void The_first_read_never_runs_inside_the_accept_OnNext()
    {
        WatchedServer server = null!; // set before anything is accepted
        int? receives = null;
        server = new WatchedServer(onAccept: connection =>
        {
            _ = connection.Inbound.Probe();
            receives = server.Newest.Receives;
        });
        var (_, transport, _) = server.Pair();
        Assert.That((receives, transport.Receives), Is.EqualTo(((int?)0, 1)));
    }

    [Test]
    public void Nor_does_the_discarding_read_of_a_connection_that_is_disposed_there()
    {
        WatchedServer server = null!; // set before anything is accepted
        int? receives = null;
        server = new WatchedServer(onAccept: connection =>
        {
            connection.Dispose();
            receives = server.Newest.Receives;
        });
        var (connection, transport, peer) = server.Pair();
        Assert.That((receives, transport.Receives), Is.EqualTo(((int?)0, 1)));
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == CloseKind.LocalClosed);
    }

    [Test]
    public void A_graceful_close_discards_whatever_holds_or_queues_there_are_into_one_buffer_for_all()
    {
        var server = new WatchedServer(options => options with { OutboundHighWaterBytes = 100, HeldBytesLimit = 1 }, windowBytes: 1000);
        List<Memory<byte>> lent = [];
        for (var i = 0; i < 2; i++)
        {
            var (connection, transport, peer) = server.Pair();
            _ = connection.Inbound.Probe(message => ((Packet)message).Hold());
            _ = peer.SendAsync(Of("held"));
            server.Settle();
            connection.Outbound.OnNext(new byte[10_000]);
            var sending = peer.SendAsync(new byte[100_000]);
            server.Settle();
            Assert.That((sending.IsCompleted, transport.IsReceiving), Is.EqualTo((false, false)), "a packet is on hold, and the queue is full");
            connection.Dispose();
            server.Settle();
            Assert.That((sending.IsCompletedSuccessfully, transport.IsReceiving, connection.Closed.IsCompleted), Is.EqualTo((true, true, false)));
            lent.Add(transport.Lent);
        }

        Assert.That(lent[0].Equals(lent[1]), "the same memory");
    }

    [Test]
    public void An_idle_connection_asks_for_no_memory()
    {
        var server = new WatchedServer();
        var (connection, transport, peer) = server.Pair();
        var probe = connection.Inbound.Probe();
        server.Time.AdvanceBy(TimeSpan.FromHours(1).Ticks);
        Assert.That((transport.IsReceiving, transport.Asks), Is.EqualTo((true, 0)));
        _ = peer.SendAsync(Of("a"));
        server.Time.AdvanceBy(TimeSpan.FromHours(1).Ticks);
        Assert.That((probe.Text(), transport.IsReceiving, transport.Asks), Is.EqualTo(("a", true, 1)));
    }

    [Test]
    public void One_read_is_outstanding_and_the_next_is_issued_when_OnNext_has_returned()
    {
        var server = new WatchedServer();
        var (connection, transport, peer) = server.Pair();
        int? inside = null;
        _ = connection.Inbound.Probe(_ => inside = transport.Receives);
        server.Settle();
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        Assert.That((inside, transport.Receives, transport.IsReceiving), Is.EqualTo(((int?)1, 2, true)));
    }

    [Test]
    public void Reading_stops_when_the_subscriber_leaves_and_goes_on_with_the_next()
    {
        var server = new WatchedServer();
        var (connection, transport, peer) = server.Pair();
        Probe<Message> first = null!; // set before anything is delivered
        first = connection.Inbound.Probe(_ => first.Dispose());
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        Assert.That((transport.Receives, transport.IsReceiving), Is.EqualTo((1, false)));
        _ = connection.Inbound.Probe();
        server.Settle();
        Assert.That((transport.Receives, transport.IsReceiving), Is.EqualTo((2, true)));
    }

    [Test]
    public void Reading_stops_at_the_high_water_mark_and_goes_on_under_half_of_it()
    {
        var server = new WatchedServer(options => options with { OutboundHighWaterBytes = 120 }, windowBytes: 50);
        var (connection, transport, peer) = server.Pair();
        var sent = false;
        var probe = connection.Inbound.Probe(_ =>
        {
            if (!sent)
                connection.Outbound.OnNext(new byte[210]);
            sent = true;
        });
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        _ = peer.SendAsync(Of("b"));
        server.Settle();
        Assert.That((probe.Text(), transport.IsReceiving, connection.Outbound.QueuedBytes), Is.EqualTo(("a", false, 160L)));
        foreach (var (left, reads) in new[] { (110L, false), (60L, false), (10L, true) })
        {
            _ = peer.ReceiveAsync(); // a window of 50 bytes
            server.Settle();
            Assert.That((connection.Outbound.QueuedBytes, transport.IsReceiving), Is.EqualTo((left, reads)), $"with {left} bytes queued");
        }

        Assert.That(probe.Text(), Is.EqualTo("ab"));
    }

    [Test]
    public void Reading_goes_on_also_when_dropped_messages_brought_the_queue_under_half_of_the_mark()
    {
        var server = new WatchedServer(
            options => options with
            {
                OutboundHighWaterBytes = 10,
                OutboundLimitBytes = 100,
                SlowConsumerPolicy = SlowConsumerPolicy.DropOldest,
                DropsAreWholeMessages = true,
            },
            windowBytes: 5);
        var (connection, transport, peer) = server.Pair();
        var probe = connection.Inbound.Probe();
        server.Settle();
        foreach (var bytes in new[] { 5, 2, 100 }) // on its way, waiting in the transport, over the mark
            connection.Outbound.OnNext(new byte[bytes]);
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        _ = peer.SendAsync(Of("b"));
        server.Settle();
        Assert.That((probe.Text(), transport.IsReceiving), Is.EqualTo(("a", false)));
        connection.Outbound.OnNext(new byte[1]);
        Assert.That((probe.Text(), transport.IsReceiving), Is.EqualTo(("a", false)), "not inside the call");
        server.Settle();
        Assert.That((connection.Outbound.QueuedBytes, probe.Text(), transport.IsReceiving), Is.EqualTo((3L, "ab", true)));
    }

    [Test]
    public void The_idle_timeout_ends_a_connection_at_the_exact_tick()
    {
        var limit = TimeSpan.FromSeconds(10);
        var server = new VirtualServer(options => options with { IdleTimeout = limit });
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Probe();
        server.Settle();
        server.Advance(TimeSpan.FromSeconds(7));
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        server.Advance(limit - TimeSpan.FromTicks(1));
        Assert.That(probe.IsEnded, Is.False);
        server.Settle();
        Assert.That(probe.IsEnded);
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.IdleTimeout));
    }

    [Test]
    public void The_servers_own_sends_do_not_reset_the_idle_clock()
    {
        var limit = TimeSpan.FromSeconds(10);
        var server = new VirtualServer(options => options with { IdleTimeout = limit });
        var (connection, _) = server.Pair();
        var probe = connection.Inbound.Probe();
        server.Settle();
        for (var i = 0; i < 9; i++)
        {
            server.Advance(TimeSpan.FromSeconds(1));
            connection.Outbound.OnNext(Of("tick"));
        }

        server.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.That(probe.IsEnded, Is.False);
        server.Settle();
        Assert.That(probe.IsEnded);
    }

    [Test]
    public void The_idle_clock_stands_still_while_nothing_is_read()
    {
        var limit = TimeSpan.FromSeconds(10);
        var server = new VirtualServer(options => options with { IdleTimeout = limit });
        var (connection, peer) = server.Pair();
        server.Advance(TimeSpan.FromSeconds(20));
        Assert.That(connection.Closed.IsCompleted, Is.False);
        IDisposable? hold = null;
        var probe = connection.Inbound.Probe(message => hold = ((Packet)message).Hold());
        _ = peer.SendAsync(Of("a"));
        server.Settle();
        server.Advance(TimeSpan.FromHours(1));
        Assert.That((probe.Text(), probe.IsEnded), Is.EqualTo(("a", false)));
        hold!.Dispose();
        server.Settle();
        server.Advance(limit - TimeSpan.FromTicks(1));
        Assert.That(probe.IsEnded, Is.False);
        server.Settle();
        Assert.That(probe.IsEnded);
    }
}
