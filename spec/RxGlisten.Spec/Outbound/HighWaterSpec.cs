using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Outbound.Doubles;

namespace RxGlisten.Spec.Outbound;

/// <summary>Backpressure of the sending side, in virtual time.</summary>
public sealed class HighWaterSpec
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Test]
    public void Writable_tells_the_state_then_each_change_and_ends_at_the_close()
    {
        var (server, connection, reader) = Stalled(window: 100, options => options with { OutboundHighWaterBytes = 1000 });
        var writable = connection.Outbound.Writable.Probe();
        Assert.That(writable.Items, Is.EqualTo(new[] { true }));
        connection.Outbound.OnNext(new byte[1099]);
        server.Settle();
        Assert.That(writable.Items, Is.EqualTo(new[] { true }), "999 are queued, one under the mark");
        connection.Outbound.OnNext(new byte[1]);
        server.Settle();
        Assert.That(writable.Items, Is.EqualTo(new[] { true, false }));
        var late = connection.Outbound.Writable.Probe();
        Assert.That(late.Items, Is.EqualTo(new[] { false }));
        for (var i = 0; i < 5; i++)
            reader.Take();
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(500));
        Assert.That(writable.Items, Is.EqualTo(new[] { true, false }), "half is not under half");
        reader.Take();
        Assert.That(writable.Items, Is.EqualTo(new[] { true, false, true }));
        connection.Abort();
        server.Settle();
        Assert.That(writable.IsEnded && late.IsEnded);
        Assert.That(late.Items, Is.EqualTo(new[] { false, true }));
        Assert.That(connection.Outbound.Writable.Probe().IsEnded);
    }

    [Test]
    public void An_observer_of_Writable_that_throws_ends_its_own_connection_and_what_is_queued_arrives()
    {
        var error = new InvalidOperationException("Meant to be.");
        var (server, connection, reader, peer) = StalledPair(window: 10, options => options with { OutboundHighWaterBytes = 10 });
        var (healthy, _) = server.Pair();
        using var throwing = connection.Outbound.Writable.Subscribe(writable =>
        {
            if (!writable)
                throw error;
        });
        var other = connection.Outbound.Writable.Probe();
        connection.Outbound.OnNext(new byte[30]);
        server.Settle();
        Assert.That(connection.Outbound.SendAsync(new byte[1]).AsTask().IsFaulted, "it is finishing, and takes no more");
        Assert.That(reader.All().Bytes, Has.Length.EqualTo(30));
        Assert.That(reader.End!.Value.IsFin);
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted);
        Assert.That((connection.Closed.Result.Kind, connection.Closed.Result.Error), Is.EqualTo((CloseKind.HandlerFault, (Exception)error)));
        Assert.That(other.IsEnded);
        Assert.That(healthy.Closed.IsCompleted, Is.False);
    }

    [Test]
    public void Reading_stops_at_the_mark_and_goes_on_under_half_of_it_though_more_is_queued()
    {
        var (server, connection, reader, peer) = StalledPair(window: 100, options => options with { OutboundHighWaterBytes = 1000 });
        var inbound = connection.Inbound.Probe();
        server.Settle(); // a read is outstanding, and gives its packet whatever is queued
        connection.Outbound.OnNext(new byte[3000]);
        Assert.That(peer.SendAsync("abc"u8.ToArray()).IsCompleted);
        server.Settle();
        Assert.That(peer.SendAsync("def"u8.ToArray()).IsCompleted);
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("abc"));
        for (var i = 0; i < 24; i++)
            reader.Take();
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(500));
        Assert.That(inbound.Text(), Is.EqualTo("abc"));
        reader.Take();
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(400));
        Assert.That(inbound.Text(), Is.EqualTo("abcdef"));
    }

    [Test]
    public void A_message_is_admitted_under_the_mark_whatever_its_size()
    {
        var (_, connection, reader) = Stalled(
            window: 1000, options => options with { OutboundHighWaterBytes = 1000, OutboundLimitBytes = 2000 });
        connection.Outbound.OnNext(new byte[1999]);
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(999));
        connection.Outbound.OnNext(new byte[1_000_000]);
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(1_000_999));
        Assert.That(reader.All().Bytes, Has.Length.EqualTo(1_001_999));
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
        Assert.That(connection.Closed.IsCompleted, Is.False);
    }

    [Test]
    public void Past_the_limit_a_slow_consumer_is_cut()
    {
        var (server, connection, _) = Stalled(
            window: 1000, options => options with { OutboundHighWaterBytes = 1000, OutboundLimitBytes = 2000 });
        for (var i = 0; i < 30; i++)
            connection.Outbound.OnNext(new byte[100]);
        server.Settle();
        Assert.That((connection.Closed.IsCompleted, connection.Outbound.QueuedBytes), Is.EqualTo((false, 2000L)));
        connection.Outbound.OnNext(new byte[1]);
        server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.SlowConsumer));
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
    }

    [Test]
    public void What_is_dropped_is_whole_messages_that_were_not_started([Values(SlowConsumerPolicy.DropNewest, SlowConsumerPolicy.DropOldest)] SlowConsumerPolicy policy)
    {
        var (_, connection, reader) = Stalled(window: 95, options => options with
        {
            OutboundHighWaterBytes = 100,
            OutboundLimitBytes = 200,
            SlowConsumerPolicy = policy,
            DropsAreWholeMessages = true,
        });
        for (var i = 0; i < 100; i++)
            connection.Outbound.OnNext(Enumerable.Repeat((byte)i, 10).ToArray());
        Assert.That(connection.Outbound.QueuedBytes, Is.InRange(190, 200));
        reader.All();
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
        var messages = reader.Bytes.Chunk(10).ToArray();
        Assert.That(messages, Has.All.Matches<byte[]>(message => message!.Length == 10 && message.All(b => b == message[0])));
        var numbers = messages.Select(message => (int)message[0]).ToArray();
        Assert.That(numbers, Is.Ordered);
        Assert.That(numbers.Take(10), Is.EqualTo(Enumerable.Range(0, 10)), "what was started is not dropped");
        Assert.That(numbers[^1], policy == SlowConsumerPolicy.DropOldest ? Is.EqualTo(99) : Is.LessThan(30));
        Assert.That(connection.Closed.IsCompleted, Is.False);
    }

    [TestCase(999, false)]
    [TestCase(1000, true)]
    public void The_limit_holds_from_the_mark_on_and_not_one_byte_under_it(int queued, bool isCut)
    {
        var (server, connection, _) = Stalled(window: 10, options => options with { OutboundHighWaterBytes = 1000, OutboundLimitBytes = 1000 });
        connection.Outbound.OnNext(new byte[10 + queued]);
        server.Settle();
        Assert.That(connection.Outbound.QueuedBytes, Is.EqualTo(queued));
        connection.Outbound.OnNext(new byte[2]);
        server.Settle();
        Assert.That(connection.Closed.IsCompleted, Is.EqualTo(isCut));
    }

    [Test]
    public void Who_waits_for_room_that_dropping_made_is_not_overtaken()
    {
        var (server, connection, reader) = Stalled(window: 1, options => options with
        {
            OutboundHighWaterBytes = 100,
            OutboundLimitBytes = 100,
            SlowConsumerPolicy = SlowConsumerPolicy.DropOldest,
            DropsAreWholeMessages = true,
        });
        connection.Outbound.OnNext("a"u8.ToArray()); // fills the window
        connection.Outbound.OnNext("b"u8.ToArray()); // in the hands of the transport, which waits
        connection.Outbound.OnNext(new byte[99]);
        var first = connection.Outbound.SendAsync("1"u8.ToArray());
        connection.Outbound.OnNext("c"u8.ToArray());
        var second = connection.Outbound.SendAsync("2"u8.ToArray());
        reader.All();
        Assert.That(reader.Text, Is.EqualTo("abc12"));
        Assert.That((first.IsCompletedSuccessfully, second.IsCompletedSuccessfully), Is.EqualTo((true, true)));
    }

    [Test]
    public void A_message_in_the_hands_of_the_transport_is_not_dropped()
    {
        // The transport has room for a part of each message: all that arrives must still be whole messages.
        var (server, connection, reader) = Stalled(window: 7, options => options with
        {
            OutboundHighWaterBytes = 50,
            OutboundLimitBytes = 60,
            SlowConsumerPolicy = SlowConsumerPolicy.DropOldest,
            DropsAreWholeMessages = true,
        });
        for (var i = 0; i < 200; i++)
        {
            connection.Outbound.OnNext(Enumerable.Repeat((byte)i, 10).ToArray());
            if (i % 3 == 0)
                reader.Take();
            if (i % 7 == 0)
                server.Settle();
        }

        reader.All();
        Assert.That(reader.Bytes.Length % 10, Is.Zero);
        Assert.That(reader.Bytes.Chunk(10), Has.All.Matches<byte[]>(message => message!.Distinct().Count() == 1));
        Assert.That(reader.Bytes[^1], Is.EqualTo(199));
    }

    [Test]
    public void A_client_that_never_reads_is_cut_after_the_send_timeout_to_the_tick()
    {
        var (server, connection, _) = Stalled(window: 1000, options => options with { SendTimeout = TimeSpan.FromSeconds(30) });
        connection.Outbound.OnNext(new byte[2000]);
        server.Advance(TimeSpan.FromSeconds(30) - Tick);
        Assert.That(connection.Closed.IsCompleted, Is.False);
        server.Advance(Tick);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.SendTimeout));
    }

    [Test]
    public void Progress_starts_the_send_timeout_anew()
    {
        var (server, connection, reader) = Stalled(window: 1000, options => options with { SendTimeout = TimeSpan.FromSeconds(30) });
        connection.Outbound.OnNext(new byte[50_000]);
        for (var i = 0; i < 5; i++)
        {
            server.Advance(TimeSpan.FromSeconds(20));
            reader.Take(); // which takes a tick
        }

        server.Advance(TimeSpan.FromSeconds(30) - Tick);
        Assert.That(connection.Closed.IsCompleted, Is.False);
        server.Advance(Tick);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.SendTimeout));
    }

    [Test]
    public void An_echo_to_a_client_that_never_reads_stops_reading_and_holds_little()
    {
        long most = 0;
        IConnection? connection = null;
        var server = new VirtualServer(
            options => options with { SendTimeout = TimeSpan.FromSeconds(30) },
            listener => listener.Serve(c =>
            {
                connection = c;
                return c.Inbound.Bytes();
            }).Probe());
        var peer = server.Connect();
        var sending = peer.SendAsync(new byte[10_000_000]);
        for (var i = 0; i < 100; i++)
        {
            server.Settle();
            most = Math.Max(most, connection!.Outbound.QueuedBytes);
        }

        Assert.That(sending.IsCompleted, Is.False);
        Assert.That(most, Is.LessThanOrEqualTo(128 * 1024));
        server.Advance(TimeSpan.FromSeconds(31));
        Assert.That(connection!.Closed.Result.Kind, Is.EqualTo(CloseKind.SendTimeout));
    }

    [Test]
    public void After_the_peers_fin_a_try_without_progress_does_not_restart_the_half_open_time()
    {
        var (server, connection, _, peer) = StalledPair(
            window: 10, options => options with
            {
                HalfOpenTimeout = TimeSpan.FromSeconds(60),
                SendTimeout = TimeSpan.FromSeconds(300),
                UnclaimedTimeout = Timeout.InfiniteTimeSpan,
            });
        connection.Inbound.Probe();
        connection.Outbound.OnNext(new byte[10]);
        server.Settle();
        peer.FinishSending();
        server.Settle();
        server.Advance(TimeSpan.FromSeconds(50));
        connection.Outbound.OnNext(new byte[10]); // there is no room for any of it
        server.Advance(TimeSpan.FromSeconds(11));
        connection.Outbound.Writable.Probe();
        // The half-open time is over: the connection is finishing, and takes no more.
        Assert.That(connection.Outbound.SendAsync(new byte[1]).AsTask().IsFaulted);
    }

    [Test]
    public void The_memory_of_the_caller_is_its_own_again_at_once()
    {
        var (_, connection, reader) = Stalled(window: 100);
        var memory = new byte[100];
        for (byte i = 0; i < 50; i++)
        {
            memory.AsSpan().Fill(i);
            connection.Outbound.OnNext(memory);
            memory.AsSpan().Fill(0xFF);
        }

        Assert.That(reader.All().Bytes, Is.EqualTo(Enumerable.Range(0, 50).SelectMany(i => Enumerable.Repeat((byte)i, 100))));
    }

    internal static (VirtualServer Server, IConnection Connection, VirtualReader Reader) Stalled(
        int window, Func<ServerOptions, ServerOptions>? options = null, Tap? tap = null)
    {
        var (server, connection, reader, _) = StalledPair(window, options, tap);
        return (server, connection, reader);
    }

    internal static (VirtualServer Server, IConnection Connection, VirtualReader Reader, Transports.TransportPeer Peer) StalledPair(
        int window, Func<ServerOptions, ServerOptions>? options = null, Tap? tap = null)
    {
        var server = new VirtualServer(
            options, windowBytes: window, through: tap is null ? null : inner => new TappedEndPoint(inner, tap));
        var (connection, peer) = server.Pair();
        return (server, connection, new VirtualReader(server, peer), peer);
    }
}
