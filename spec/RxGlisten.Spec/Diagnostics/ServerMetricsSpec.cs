using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Diagnostics;

/// <summary>What is counted, and that whoever listens can't do harm. In virtual time.</summary>
public sealed class ServerMetricsSpec
{
    [Test]
    public void Everything_is_counted_once()
    {
        var counts = new Dictionary<string, long>();
        using var meters = new MeterTap((name, count) => counts[name] = counts.GetValueOrDefault(name) + count);
        Use(meters);
        Assert.That(counts, Is.EquivalentTo(new Dictionary<string, long>
        {
            ["rxglisten.connections.accepted"] = 2,
            ["rxglisten.connections.closed"] = 2,
            ["rxglisten.connections.rejected"] = 1,
            ["rxglisten.outbound.dropped"] = 3,
            ["rxglisten.outbound.ignored"] = 2,
        }));
    }

    [Test]
    public void A_listener_that_throws_disturbs_nobody()
    {
        var calls = 0;
        using var meters = new MeterTap((_, _) =>
        {
            calls++;
            throw new InvalidOperationException("Meant to be.");
        });
        Use(meters);
        Assert.That(calls, Is.EqualTo(8), "the dropped ones are counted together");
    }

    [Test]
    public void A_listener_may_wait_for_a_thread_that_uses_the_connection_and_use_it_itself()
    {
        var waits = 0;
        IConnection? connection = null;
        using var meters = new MeterTap((name, _) =>
        {
            if (connection is not { } used || name == "rxglisten.connections.accepted")
                return;
            var thread = new Thread(() => Look(used));
            thread.Start();
            Assert.That(thread.Join(TimeSpan.FromSeconds(20)), "the thread got what it wanted");
            Look(used);
            waits++;
        });
        Use(meters, c => connection = c);
        Assert.That(waits, Is.GreaterThanOrEqualTo(6));
    }

    private static void Look(IConnection connection)
    {
        connection.Outbound.FlushAsync().AsTask().ContinueWith(static flush => flush.Exception, TaskScheduler.Default);
        connection.Inbound.Probe().Dispose();
    }

    /// <summary>A client is served, one is turned away, messages are dropped and ignored, and a second one is served.</summary>
    private static void Use(MeterTap meters, Action<IConnection>? onAccept = null)
    {
        var server = new VirtualServer(
            options => options with
            {
                MaxConnections = 1,
                AtLimit = AtLimitPolicy.Close,
                MeterFactory = meters,
                OutboundHighWaterBytes = 100,
                OutboundLimitBytes = 1000,
                SlowConsumerPolicy = SlowConsumerPolicy.DropOldest,
                DropsAreWholeMessages = true,
            },
            windowBytes: 100);
        var (connection, peer) = server.Pair();
        onAccept?.Invoke(connection);
        server.Connect();
        connection.Outbound.OnNext(new byte[200]); // in part on its way
        for (var i = 0; i < 9; i++)
            connection.Outbound.OnNext(new byte[100]);
        connection.Outbound.OnNext(new byte[300]);
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(1000));
        connection.Abort();
        connection.Outbound.OnNext(new byte[1]);
        connection.Outbound.OnNext(new byte[1]);
        server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.Aborted));
        Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed, server.Listener.Ledger.Rejected), Is.EqualTo((1L, 1L, 1L)));
        var (next, nextPeer) = server.Pair();
        var inbound = next.Inbound.Probe();
        _ = nextPeer.SendAsync("ping"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("ping"));
        next.Abort();
        server.Settle();
        Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed), Is.EqualTo((2L, 2L)));
    }
}
