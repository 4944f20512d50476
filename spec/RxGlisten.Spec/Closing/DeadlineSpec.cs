using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing;

/// <summary>Every timeout at its exact tick, on one thread, in virtual time.</summary>
public sealed class DeadlineSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Test]
    public void The_linger_deadline_closes_at_its_tick()
    {
        var server = new VirtualServer();
        var (connection, _) = server.Pair();
        connection.Dispose();
        AssertClosesAfter(server, connection, 5 * Second, CloseKind.LocalClosed);
    }

    [Test]
    public void The_linger_time_counts_from_the_fin_and_not_from_the_dispose()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        connection.Outbound.OnNext(new byte[100_000]);
        connection.Dispose();
        server.Advance(20 * Second);
        Assert.That(connection.Closed.IsCompleted, Is.False, "the tail is still queued");
        var rest = peer.ReadToEndAsync();
        server.Settle();
        Assert.That(rest.Result.Bytes, Has.Length.EqualTo(100_000));
        AssertClosesAfter(server, connection, 5 * Second, CloseKind.LocalClosed);
    }

    [Test]
    public void The_idle_deadline_is_moved_by_what_arrives_and_not_by_what_is_sent()
    {
        var server = new VirtualServer(options => options with { IdleTimeout = 10 * Second, LingerTimeout = TimeSpan.Zero });
        var (connection, peer) = server.Pair();
        connection.Inbound.Probe();
        server.Advance(7 * Second);
        _ = peer.SendAsync("x"u8.ToArray());
        server.Settle();
        server.Advance(4 * Second);
        connection.Outbound.OnNext("y"u8.ToArray());
        AssertClosesAfter(server, connection, 6 * Second, CloseKind.IdleTimeout);
    }

    [Test]
    public void The_idle_clock_stands_still_while_reading_is_paused()
    {
        var server = new VirtualServer(options => options with { IdleTimeout = 10 * Second, LingerTimeout = TimeSpan.Zero });
        var (connection, peer) = server.Pair();
        IDisposable? hold = null;
        connection.Inbound.Probe(message => hold ??= ((Packet)message).Hold());
        _ = peer.SendAsync("held"u8.ToArray());
        server.Advance(60 * Second);
        Assert.That(connection.Closed.IsCompleted, Is.False);
        hold!.Dispose();
        server.Settle();
        AssertClosesAfter(server, connection, 10 * Second, CloseKind.IdleTimeout);
    }

    [Test]
    public void The_send_deadline_counts_from_the_last_progress()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        connection.Outbound.OnNext(new byte[1_000_000]);
        server.Advance(20 * Second);
        var some = peer.ReceiveAsync();
        server.Settle();
        Assert.That(some.IsCompletedSuccessfully);
        AssertClosesAfter(server, connection, 30 * Second, CloseKind.SendTimeout);
    }

    [Test]
    public void The_send_deadline_bounds_a_graceful_close_too()
    {
        var server = new VirtualServer();
        var (connection, _) = server.Pair();
        connection.Outbound.OnNext(new byte[1_000_000]);
        connection.Dispose();
        AssertClosesAfter(server, connection, 30 * Second, CloseKind.SendTimeout);
    }

    [Test]
    public void The_half_open_deadline_is_restarted_by_outbound_progress()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        connection.Inbound.Probe();
        peer.FinishSending();
        server.Settle();
        server.Advance(40 * Second);
        connection.Outbound.OnNext("progress"u8.ToArray());
        Assert.That(connection.Closed.IsCompleted, Is.False);
        AssertClosesAfter(server, connection, 60 * Second, CloseKind.PeerClosed);
    }

    [Test]
    public void A_half_open_connection_is_not_unclaimed_however_early_the_unclaimed_clock_started()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        server.Advance(10 * Second);
        connection.Inbound.Probe();
        server.Advance(15 * Second);
        peer.FinishSending();
        server.Settle(); // the subscriber is told of the end and gone, and the reply is not made yet
        AssertClosesAfter(server, connection, 60 * Second, CloseKind.PeerClosed);
    }

    [Test]
    public void The_unclaimed_deadline_counts_from_the_last_claim()
    {
        var server = new VirtualServer(options => options with { LingerTimeout = TimeSpan.Zero });
        var (connection, _) = server.Pair();
        server.Advance(20 * Second);
        using (connection.Inbound.Probe())
            server.Advance(20 * Second);
        AssertClosesAfter(server, connection, 30 * Second, CloseKind.Unclaimed);
    }

    [Test]
    public void The_age_deadline_closes_a_busy_connection()
    {
        var server = new VirtualServer(options => options with { MaximumAge = 60 * Second, LingerTimeout = TimeSpan.Zero });
        var (connection, peer) = server.Pair(); // accepted a tick ago
        connection.Inbound.Probe();
        for (var i = 0; i < 59; i++)
        {
            _ = peer.SendAsync("busy"u8.ToArray());
            server.Advance(Second);
        }

        AssertClosesAfter(server, connection, Second, CloseKind.MaximumAge);
    }

    [Test]
    public void The_hold_deadline_closes_a_connection_whose_packet_is_held_too_long()
    {
        var server = new VirtualServer(options => options with { HoldTimeout = 10 * Second, LingerTimeout = TimeSpan.Zero });
        var (connection, peer) = server.Pair();
        connection.Inbound.Probe(message => ((Packet)message).Hold());
        _ = peer.SendAsync("held"u8.ToArray());
        server.Settle();
        AssertClosesAfter(server, connection, 10 * Second, CloseKind.HandlerFault);
    }

    [Test]
    public void The_drain_deadline_cuts_at_its_tick()
    {
        var server = new VirtualServer();
        var (connection, _) = server.Pair();
        connection.Inbound.Probe();
        var stopped = server.Listener.StopAsync(10 * Second);
        AssertClosesAfter(server, connection, 10 * Second, CloseKind.ServerStopping);
        Assert.That(stopped.Result, Is.EqualTo(new DrainResult(Finished: 0, Cut: 1)));
    }

    [Test]
    public void No_timer_outlives_the_connections_and_their_listener()
    {
        CountingScheduler? timers = null;
        var server = new VirtualServer(options => options with
        {
            Scheduler = timers = new CountingScheduler(options.Scheduler),
            IdleTimeout = 10 * Second,
            MaximumAge = 600 * Second,
            HoldTimeout = 300 * Second,
        });
        for (var i = 0; i < 40; i++)
        {
            var (connection, peer) = server.Pair();
            var inbound = connection.Inbound.Probe(message => ((Packet)message).Hold());
            _ = peer.SendAsync("x"u8.ToArray());
            server.Settle();
            switch (i % 8)
            {
                case 0:
                    connection.Outbound.OnNext(new byte[200_000]);
                    break;
                case 1:
                    peer.FinishSending();
                    break;
                case 2:
                    peer.Reset();
                    break;
                case 3:
                    connection.Abort();
                    break;
                case 4:
                    inbound.Dispose();
                    break;
                case 5:
                    connection.Outbound.OnCompleted();
                    peer.FinishSending();
                    break;
                default:
                    connection.Dispose();
                    break;
            }

            server.Settle();
        }

        Assert.That(timers!.Pending, Is.GreaterThan(0));
        var stopped = server.Listener.StopAsync(60 * Second);
        server.Advance(60 * Second);
        Assert.That(stopped.IsCompletedSuccessfully);
        Assert.That((server.Listener.Connections.Count, timers.Pending), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_thousand_messages_cost_no_timer_operation()
    {
        CountingScheduler? timers = null;
        var server = new VirtualServer(
            options => options with
            {
                Scheduler = timers = new CountingScheduler(options.Scheduler),
                IdleTimeout = 10 * Second,
                MaximumAge = 600 * Second,
            },
            serve: listener => listener.Serve(connection => connection.Inbound.Bytes()).Probe());
        var peer = server.Connect();
        Exchange();
        var before = timers!.Set;
        for (var i = 0; i < 1000; i++)
            Exchange();
        Assert.That(timers.Set, Is.EqualTo(before));

        void Exchange()
        {
            _ = peer.SendAsync("ping"u8.ToArray());
            server.Settle();
            var answer = peer.ReceiveAsync();
            server.Settle();
            Assert.That(answer.Result.Bytes, Has.Length.EqualTo(4));
        }
    }

    /// <summary>It is open a tick before, closed at the tick, and everything happened on this thread.</summary>
    private static void AssertClosesAfter(VirtualServer server, IConnection connection, TimeSpan time, CloseKind kind)
    {
        var thread = 0;
        connection.Closed.ConfigureAwait(false).GetAwaiter().OnCompleted(() => thread = Environment.CurrentManagedThreadId);
        server.Advance(time - Tick);
        Assert.That(connection.Closed.IsCompleted, Is.False, "a tick before");
        server.Advance(Tick);
        Assert.That(connection.Closed.IsCompletedSuccessfully, "at the tick");
        Assert.That((connection.Closed.Result.Kind, thread), Is.EqualTo((kind, Environment.CurrentManagedThreadId)));
        Assert.That(server.Listener.Connections, Is.Empty);
    }
}
