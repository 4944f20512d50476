using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Closing.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Inbound;

/// <summary>How a subscriber is told of the end, and what it is told before.</summary>
public sealed class InboundEndSpec
{
    private static byte[] Of(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    [Test]
    public void Every_closure_completes_and_is_an_error_only_where_that_was_asked_and_it_was_not_orderly(
        [Values] CloseKind kind, [Values] AbnormalClosure closure)
    {
        var limit = TimeSpan.FromSeconds(10);
        TimeSpan Limit(CloseKind of) => kind == of ? limit : Timeout.InfiniteTimeSpan;
        var hostile = new HostileServer(options => options with
        {
            AbnormalClosure = closure,
            IdleTimeout = Limit(CloseKind.IdleTimeout),
            SendTimeout = Limit(CloseKind.SendTimeout),
            MaximumAge = Limit(CloseKind.MaximumAge),
            UnclaimedTimeout = Limit(CloseKind.Unclaimed),
            OutboundLimitBytes = 100_000,
        });
        var server = hostile.Server;
        var (connection, transport, peer) = hostile.Pair();
        var probe = kind == CloseKind.Unclaimed ? null : connection.Inbound.Probe(_ => throw (
            kind == CloseKind.ProtocolError ? new ProtocolException("Meant to be.") : new InvalidOperationException("Meant to be.")));
        server.Settle();
        switch (kind)
        {
            case CloseKind.PeerClosed:
                peer.FinishSending();
                break;
            case CloseKind.LocalClosed:
                connection.Dispose();
                break;
            case CloseKind.PeerReset:
                peer.Reset();
                break;
            case CloseKind.Aborted:
                connection.Abort();
                break;
            case CloseKind.SendTimeout:
                connection.Outbound.OnNext(new byte[200_000]);
                break;
            case CloseKind.SlowConsumer:
                connection.Outbound.OnNext(new byte[200_000]);
                connection.Outbound.OnNext(new byte[1]);
                break;
            case CloseKind.ProtocolError or CloseKind.HandlerFault:
                _ = peer.SendAsync(Of("x"));
                break;
            case CloseKind.ServerStopping:
                _ = server.Listener.StopAsync(TimeSpan.Zero);
                break;
            case CloseKind.TransportError:
                transport.Throws = "try-send";
                connection.Outbound.OnNext(Of("x"));
                break;
        }

        server.Advance(limit);
        connection.Dispose();
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == kind);
        var late = connection.Inbound.Probe();
        server.Settle();
        var isAbnormal = kind is not (CloseKind.PeerClosed or CloseKind.LocalClosed);
        foreach (var told in new[] { probe ?? late, late })
        {
            Assert.That(told.IsEnded);
            if (isAbnormal && closure == AbnormalClosure.Error)
                Assert.That((told.Error as ConnectionClosedException)?.Reason.Kind, Is.EqualTo(kind));
            else
                Assert.That(told.Error, Is.Null);
        }
    }

    [Test]
    public void Bytes_before_a_reset_are_delivered_first_to_who_reads()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1, AbnormalClosure = AbnormalClosure.Error });
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Probe();
        _ = peer.SendAsync(Of("abc"));
        peer.Reset();
        server.Settle();
        Assert.That((probe.Text(), probe.Error is ConnectionClosedException), Is.EqualTo(("abc", true)));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task A_reset_seen_while_nobody_is_subscribed_closes_and_the_bytes_before_it_wait_for_who_comes(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        connection.Outbound.OnNext(Of("unread")); // with this a unix socket's close is a reset
        await peer.SendAsync(Of("hello")).Soon();
        peer.Reset();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerReset));
        var probe = connection.Inbound.Probe();
        await probe.EndAsync();
        Assert.That(probe.Text(), Is.EqualTo("hello"));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task A_reset_seen_while_a_hold_pauses_reading_closes_and_the_bytes_before_it_are_delivered(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = 1 });
        var (connection, peer) = await server.PairAsync();
        var probe = connection.Inbound.Probe(message => ((Packet)message).Hold());
        connection.Outbound.OnNext(Of("unread")); // with this a unix socket's close is a reset
        await peer.SendAsync(Of("hello")).Soon();
        await probe.CountAsync(1);
        peer.Reset();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerReset));
        await probe.CountAsync(2); // the second holds again: it was taken after the close
        Assert.That(probe.Text(), Is.EqualTo("hello"[..probe.Items.Count]));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task A_fin_seen_while_paused_only_marks_even_when_this_side_has_finished_too(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        await peer.SendAsync(Of("hello")).Soon();
        peer.FinishSending();
        connection.Outbound.OnCompleted();
        Assert.That((await peer.ReceiveAsync().Soon()).IsFin);
        await TwoLooksAsync(server);
        Assert.That(connection.Closed.IsCompleted, Is.False);
        var probe = connection.Inbound.Probe();
        await probe.EndAsync();
        Assert.That(probe.Text(), Is.EqualTo("hello"));
        Assert.That((await connection.Closed.Soon()).Kind, Is.AnyOf(CloseKind.PeerClosed, CloseKind.LocalClosed));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task A_peer_that_closes_orderly_while_nobody_reads_only_marks_and_what_it_sent_waits(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        await peer.SendAsync(Of("hello")).Soon();
        peer.Close();
        await TwoLooksAsync(server);
        Assert.That(connection.Closed.IsCompleted, Is.False);
        var probe = connection.Inbound.Probe();
        await probe.EndAsync();
        Assert.That(probe.Text(), Is.EqualTo("hello"));
        connection.Dispose();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public async Task Urgent_data_that_arrives_while_nobody_reads_is_not_taken_for_a_reset()
    {
        using var reach = Reach.TcpV4();
        await using var server = new TestServer(reach);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Listener.LocalEndPoint).Soon();
        var connection = await server.AcceptAsync();
        await socket.SendAsync(Of("hello")).Soon();
        Assert.That(socket.Send(Of("!"), SocketFlags.OutOfBand), Is.EqualTo(1));
        await TwoLooksAsync(server);
        Assert.That(connection.Closed.IsCompleted, Is.False);
        socket.Shutdown(SocketShutdown.Send);
        var probe = connection.Inbound.Probe();
        await probe.EndAsync();
        Assert.That((probe.Text(), connection.Closed.IsCompleted), Is.EqualTo(("hello", false)));
    }

    [Test]
    public void What_waited_behind_a_full_queue_is_delivered_as_soon_as_sending_has_failed()
    {
        var hostile = new HostileServer(options => options with { LingerTimeout = TimeSpan.FromSeconds(10) });
        var server = hostile.Server;
        var (connection, transport, peer) = hostile.Pair();
        var gone = connection.Inbound.Probe();
        server.Settle(); // a read is outstanding
        gone.Dispose();
        _ = peer.SendAsync(Of("kept"));
        connection.Outbound.OnNext(new byte[1_000_000]);
        server.Settle();
        var probe = connection.Inbound.Probe();
        server.Settle();
        Assert.That(probe.Items, Is.Empty, "the queue is full");
        transport.HangUp(SocketError.ConnectionReset); // though the peer may still say something
        server.Settle();
        Assert.That((probe.Text(), probe.IsEnded, connection.Closed.IsCompleted), Is.EqualTo(("kept", false, false)));
        _ = peer.SendAsync(Of(", and more"));
        server.Settle();
        Assert.That((probe.Text(), probe.IsEnded), Is.EqualTo(("kept, and more", false)));
        server.Advance(TimeSpan.FromSeconds(10));
        Assert.That((probe.IsEnded, connection.Closed.Result.Kind), Is.EqualTo((true, CloseKind.PeerReset)));
    }

    [Test]
    public void A_fin_behind_bytes_that_a_hold_keeps_back_comes_after_them()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        List<IDisposable> holds = [];
        var probe = connection.Inbound.Probe(message => holds.Add(((Packet)message).Hold()));
        _ = peer.SendAsync(Of("ab"));
        peer.FinishSending();
        server.Advance(TimeSpan.FromHours(1));
        Assert.That((probe.Text(), probe.IsEnded, connection.Closed.IsCompleted), Is.EqualTo(("a", false, false)));
        holds[0].Dispose();
        server.Settle();
        holds[1].Dispose();
        server.Settle();
        Assert.That((probe.Text(), probe.IsEnded, connection.Closed.IsCompleted), Is.EqualTo(("ab", true, false)));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task What_is_received_before_sending_fails_is_a_true_beginning_of_what_was_sent(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = 2000 });
        var sent = new byte[100_000];
        new Random(13).NextBytes(sent);
        for (var round = 0; round < 40; round++)
        {
            var (connection, peer) = await server.PairAsync();
            var probe = connection.Inbound.Probe(_ => connection.Outbound.OnNext(Of("reply")));
            var sending = peer.SendAsync(sent.AsMemory(0, 2000 * (1 + round)));
            await probe.CountAsync(1);
            await sending.Soon();
            peer.Reset();
            await connection.Closed.Soon();
            await probe.EndAsync();
            Assert.That(sent.AsSpan().StartsWith(probe.Bytes()));
        }
    }

    [Test]
    public void A_dispose_stops_delivering_also_when_the_peer_has_reset()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        _ = peer.SendAsync(Of("abc"));
        peer.Reset();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted);
        var probe = connection.Inbound.Probe(_ => connection.Dispose());
        server.Settle();
        Assert.That((probe.Text(), probe.IsEnded), Is.EqualTo(("a", true)));
    }

    [Test]
    public void An_abort_delivers_nothing_more()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Probe(_ => connection.Abort());
        _ = peer.SendAsync(Of("abc"));
        server.Settle();
        Assert.That((probe.Text(), probe.IsEnded), Is.EqualTo(("a", true)));
    }

    [Test]
    public void A_subscriber_that_leaves_as_the_end_is_on_its_way_does_not_keep_the_operator_from_letting_go()
    {
        IConnection? served = null;
        var isLetGo = false;
        var server = new VirtualServer(serve: listener => listener
            .Serve(connection =>
            {
                served = connection;
                return Observable.Never<ReadOnlyMemory<byte>>().Finally(() => isLetGo = true);
            })
            .Probe());
        server.Connect();
        var inner = served!.Inbound.Probe();
        server.Settle();
        served.Abort();
        inner.Dispose();
        server.Settle();
        Assert.That((served.Closed.IsCompleted, isLetGo), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task What_a_peer_sends_on_after_it_stopped_reading_is_bounded()
    {
        using var reach = Reach.Unix();
        await using var server = new TestServer(reach, new ServerOptions { LingerTimeout = TimeSpan.FromMinutes(5) });
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(server.Listener.LocalEndPoint);
        var connection = await server.AcceptAsync();
        socket.Shutdown(SocketShutdown.Receive);
        connection.Outbound.OnNext(Of("x"));
        var block = new byte[1024 * 1024];
        Assert.That(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                    await socket.SendAsync(block).Soon();
            },
            Throws.InstanceOf<SocketException>());
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerReset));
    }

    /// <summary>The portable sockets look once a second after who is paused: two looks pass, seen on connections that are reset.</summary>
    private static async Task TwoLooksAsync(TestServer server)
    {
        for (var i = 0; i < 2; i++)
        {
            var (connection, peer) = await server.PairAsync();
            connection.Outbound.OnNext(Of("unread"));
            peer.Reset();
            await connection.Closed.Soon();
        }
    }
}
