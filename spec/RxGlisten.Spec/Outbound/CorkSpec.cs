using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Outbound.Doubles;

namespace RxGlisten.Spec.Outbound;

/// <summary>What is written during a delivery is gathered, and leaves at its end at the latest.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CorkSpec
{
    private readonly Tap _tap = new();

    [Test]
    public void The_writes_of_one_delivery_leave_as_one_send()
    {
        var (server, connection, reader, trigger) = Start();
        connection.Inbound.Probe(_ =>
        {
            var before = _tap.Sends.Count;
            for (var i = 0; i < 100; i++)
                connection.Outbound.OnNext(Encoding.Latin1.GetBytes($"{i:000}"));
            Assert.That(_tap.Sends, Has.Count.EqualTo(before));
            Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(300));
        });
        trigger();
        Assert.That(_tap.Sends, Is.EqualTo(new[] { 300 }));
        Assert.That(reader.All().Text, Is.EqualTo(string.Concat(Enumerable.Range(0, 100).Select(i => $"{i:000}"))));
        trigger();
        Assert.That(_tap.Sends, Is.EqualTo(new[] { 300, 300 }));
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void Outside_a_delivery_each_write_is_sent_at_once()
    {
        var (_, connection, _, _) = Start();
        connection.Outbound.OnNext(new byte[10]);
        Assert.That(_tap.Sends, Is.EqualTo(new[] { 10 }));
        connection.Outbound.OnNext(new byte[20]);
        Assert.That(_tap.Sends, Is.EqualTo(new[] { 10, 20 }));
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
    }

    [Test]
    public void Once_64_KiB_are_gathered_they_leave_before_the_delivery_is_over()
    {
        var (_, connection, reader, trigger) = Start(windowBytes: 1 << 20);
        var during = 0;
        connection.Inbound.Probe(_ =>
        {
            for (var i = 0; i < 7; i++)
                connection.Outbound.OnNext(Enumerable.Repeat((byte)i, 10_000).ToArray());
            during = _tap.Sends.Sum();
        });
        trigger();
        Assert.That(during, Is.EqualTo(70_000));
        Assert.That(reader.All().Bytes, Is.EqualTo(Enumerable.Range(0, 7).SelectMany(i => Enumerable.Repeat((byte)i, 10_000))));
    }

    [Test]
    public void A_flush_opens_the_cork_and_completes_inside_the_delivery()
    {
        var (_, connection, _, trigger) = Start();
        var flushed = false;
        connection.Inbound.Probe(_ =>
        {
            connection.Outbound.OnNext(new byte[5]);
            flushed = connection.Outbound.FlushAsync().AsTask().IsCompletedSuccessfully;
            Assert.That(_tap.Sends, Is.EqualTo(new[] { 5 }));
            connection.Outbound.OnNext(new byte[6]);
            Assert.That(_tap.Sends, Is.EqualTo(new[] { 5 }));
        });
        trigger();
        Assert.That(flushed);
        Assert.That(_tap.Sends, Is.EqualTo(new[] { 5, 6 }));
    }

    [Test]
    public void While_a_send_waits_for_room_nothing_is_corked()
    {
        var (_, connection, reader, trigger) = Start(options => options with { OutboundHighWaterBytes = 10 }, windowBytes: 8);
        Task? sending = null;
        connection.Inbound.Probe(_ =>
        {
            connection.Outbound.OnNext("01234"u8.ToArray());
            connection.Outbound.OnNext("56789"u8.ToArray());
            connection.Outbound.OnNext("0123456789"u8.ToArray());
            sending = connection.Outbound.SendAsync("abc"u8.ToArray()).AsTask();
            Assert.That(_tap.Sends.Sum(), Is.EqualTo(8));
            Assert.That(sending.IsCompleted, Is.False);
        });
        trigger();
        Assert.That(reader.All().Text, Is.EqualTo("01234567890123456789abc"));
        Assert.That(sending!.IsCompletedSuccessfully);
    }

    [Test]
    public void A_write_from_another_thread_opens_the_cork_and_comes_after_it()
    {
        var (_, connection, reader, trigger) = Start();
        connection.Inbound.Probe(_ =>
        {
            connection.Outbound.OnNext("mine "u8.ToArray());
            var other = new Thread(() => connection.Outbound.OnNext("theirs "u8.ToArray()));
            other.Start();
            other.Join();
            Assert.That(_tap.Sends.Sum(), Is.EqualTo(12));
            connection.Outbound.OnNext("mine again"u8.ToArray());
        });
        trigger();
        Assert.That(reader.All().Text, Is.EqualTo("mine theirs mine again"));
    }

    [Test]
    public void What_is_corked_when_the_handler_throws_or_disposes_or_completes_still_leaves([Values] bool throws, [Values] bool completes)
    {
        var (_, connection, reader, trigger) = Start();
        connection.Inbound.Subscribe(_ =>
        {
            connection.Outbound.OnNext("last words"u8.ToArray());
            if (throws)
                throw new InvalidOperationException("Meant to be.");
            if (completes)
                connection.Outbound.OnCompleted();
            else
                connection.Dispose();
        });
        trigger();
        Assert.That(reader.All().Text, Is.EqualTo("last words"));
        Assert.That(reader.End!.Value.IsFin);
    }

    [Test]
    public void A_delivery_that_writes_more_than_the_limit_to_a_client_that_reads_does_not_trip_the_policy()
    {
        var (_, connection, reader, trigger) = Start(
            options => options with { OutboundHighWaterBytes = 1024, OutboundLimitBytes = 4096 }, windowBytes: 1 << 20);
        connection.Inbound.Probe(_ =>
        {
            for (var i = 0; i < 20; i++)
                connection.Outbound.OnNext(new byte[1000]);
        });
        trigger();
        Assert.That(reader.All().Bytes, Has.Length.EqualTo(20_000));
        Assert.That(connection.Closed.IsCompleted, Is.False);
    }

    [Test]
    public void A_cork_that_was_opened_is_not_sent_again_when_the_delivery_ends()
    {
        var (_, connection, reader, trigger) = Start();
        var deliveries = 0;
        connection.Inbound.Probe(_ =>
        {
            deliveries++;
            connection.Outbound.OnNext(Encoding.Latin1.GetBytes($"<{deliveries}>"));
            if (deliveries % 2 == 0)
                Assert.That(connection.Outbound.FlushAsync().AsTask().IsCompletedSuccessfully);
        });
        for (var i = 0; i < 6; i++)
            trigger();
        Assert.That(reader.All().Text, Is.EqualTo("<1><2><3><4><5><6>"));
    }

    [Test]
    public void A_sender_hands_over_when_others_queue_as_fast_as_it_sends()
    {
        var (server, connection, reader, _) = Start();
        var queued = 0;
        _tap.BeforeSend = () =>
        {
            if (queued++ < 1000)
                connection.Outbound.OnNext(new byte[1]);
        };
        connection.Outbound.OnNext(new byte[1]);
        Assert.That(queued, Is.LessThan(20), "the caller has its thread back");
        server.Settle();
        Assert.That(reader.All().Bytes, Has.Length.EqualTo(1001));
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
    }

    [TestCase("arrives during the send")]
    [TestCase("waits in the transport")]
    [TestCase("waits in the library")]
    public void No_send_runs_a_delivery_inside_its_own_call(string packet)
    {
        // Five bytes fill the window and two wait in the transport; the next send drops the hundred that keep the queue over the mark, so that reading goes on.
        var server = new VirtualServer(
            options => options with
            {
                OutboundHighWaterBytes = 10,
                OutboundLimitBytes = 100,
                SlowConsumerPolicy = SlowConsumerPolicy.DropOldest,
                DropsAreWholeMessages = true,
            },
            windowBytes: 5,
            through: inner => new TappedEndPoint(inner, _tap));
        var (connection, peer) = server.Pair();
        var inbound = connection.Inbound.Probe();
        server.Settle(); // a read is outstanding
        if (packet == "arrives during the send")
        {
            _tap.BeforeSend = Say;
        }
        else
        {
            foreach (var bytes in new[] { 5, 2, 100 })
                connection.Outbound.OnNext(new byte[bytes]);
            var leaves = packet == "waits in the library";
            if (leaves)
                inbound.Dispose();
            Say();
            server.Settle();
            if (leaves)
                inbound = connection.Inbound.Probe();
            else
                Say();
            server.Settle();
        }

        var before = inbound.Text();
        connection.Outbound.OnNext(new byte[1]);
        Assert.That(inbound.Text(), Is.EqualTo(before));
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo(before + "!"));

        void Say() => Assert.That(peer.SendAsync("!"u8.ToArray()).IsCompleted);
    }

    private (VirtualServer Server, IConnection Connection, VirtualReader Reader, Action Trigger) Start(
        Func<ServerOptions, ServerOptions>? options = null, int windowBytes = 64 * 1024)
    {
        var server = new VirtualServer(options, windowBytes: windowBytes, through: inner => new TappedEndPoint(inner, _tap));
        var (connection, peer) = server.Pair();
        return (server, connection, new VirtualReader(server, peer), () =>
        {
            Assert.That(peer.SendAsync("!"u8.ToArray()).IsCompleted);
            server.Settle();
        });
    }
}
