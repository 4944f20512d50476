using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Closing.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing;

/// <summary>Which reason a connection ends with, in virtual time.</summary>
public sealed class CloseReasonSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void Peer_closed_when_the_peers_fin_came_first()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var inbound = connection.Inbound.Probe();
        peer.FinishSending();
        server.Settle();
        Assert.That((inbound.IsEnded, connection.Closed.IsCompleted), Is.EqualTo((true, false)));
        connection.Dispose();
        server.Settle();
        AssertClosed(server, connection, CloseKind.PeerClosed);
    }

    [Test]
    public void Peer_closed_also_when_the_fin_was_only_seen_while_nobody_reads()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        _ = peer.SendAsync("unread"u8.ToArray());
        peer.FinishSending();
        server.Settle();
        connection.Dispose();
        server.Settle();
        AssertClosed(server, connection, CloseKind.PeerClosed);
    }

    [Test]
    public void Local_closed_when_this_sides_fin_came_first()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        connection.Dispose();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted, Is.False);
        peer.FinishSending();
        server.Settle();
        AssertClosed(server, connection, CloseKind.LocalClosed);
    }

    [Test]
    public void Local_closed_when_sending_completed_before_the_peers_fin()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var inbound = connection.Inbound.Probe();
        connection.Outbound.OnCompleted();
        _ = peer.SendAsync("after the fin"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("after the fin"), "completing the sending side ends that side only");
        peer.FinishSending();
        server.Settle();
        AssertClosed(server, connection, CloseKind.LocalClosed);
        Assert.That(inbound.IsEnded);
    }

    [Test]
    public void Peer_reset_when_the_peer_resets_while_it_is_read()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var inbound = connection.Inbound.Probe();
        _ = peer.SendAsync("first"u8.ToArray());
        peer.Reset();
        server.Settle();
        AssertClosed(server, connection, CloseKind.PeerReset);
        Assert.That((inbound.Text(), inbound.IsEnded, inbound.Error), Is.EqualTo(("first", true, (Exception?)null)));
    }

    [Test]
    public void Peer_reset_when_the_peer_resets_while_nobody_reads_and_what_came_before_is_kept()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        _ = peer.SendAsync("first"u8.ToArray());
        peer.Reset();
        server.Settle();
        AssertClosed(server, connection, CloseKind.PeerReset);
        var late = connection.Inbound.Probe();
        server.Settle();
        Assert.That((late.Text(), late.IsEnded), Is.EqualTo(("first", true)));
    }

    [Test]
    public void Peer_reset_when_a_send_fails()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        peer.Close();
        connection.Outbound.OnNext("nobody there"u8.ToArray());
        server.Settle();
        AssertClosed(server, connection, CloseKind.PeerReset);
    }

    [Test]
    public async Task Peer_reset_when_the_end_of_file_follows_a_failed_send()
    {
        using var reach = Reaches.Of("unix");
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        await peer.SendAsync("last words"u8.ToArray());
        peer.Close();
        connection.Outbound.OnNext("nobody there"u8.ToArray());
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerReset));
        var late = connection.Inbound.Probe();
        await late.EndAsync();
        Assert.That(late.Text(), Is.EqualTo("last words"));
    }

    [Test]
    public void Aborted_by_abort_and_by_an_error_of_outbound()
    {
        var server = new VirtualServer();
        var (first, _) = server.Pair();
        var (second, _) = server.Pair();
        var fault = new InvalidOperationException("mine");
        first.Abort();
        second.Outbound.OnError(fault);
        server.Settle();
        Assert.That(first.Closed.Result.Kind, Is.EqualTo(CloseKind.Aborted));
        Assert.That((second.Closed.Result.Kind, second.Closed.Result.Error), Is.EqualTo((CloseKind.Aborted, (Exception)fault)));
        AssertBooks(server, 2);
    }

    [Test]
    public void An_abort_during_a_dispose_is_an_abort_and_a_dispose_after_it_is_nothing()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        connection.Dispose();
        connection.Abort();
        connection.Dispose();
        connection.Abort();
        connection.Outbound.OnError(new InvalidOperationException("late"));
        var end = peer.ReadToEndAsync();
        server.Settle();
        AssertClosed(server, connection, CloseKind.Aborted);
        Assert.That(end.Result.Error, Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public void The_first_error_decides()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        peer.Reset();
        server.Settle();
        connection.Abort();
        connection.Dispose();
        server.Settle();
        AssertClosed(server, connection, CloseKind.PeerReset);
    }

    [TestCase("failed send", "abort", CloseKind.PeerReset)]
    [TestCase("failed send", "dispose", CloseKind.PeerReset)]
    [TestCase("failed send", "fault", CloseKind.PeerReset)]
    [TestCase("failed send", "fin", CloseKind.PeerReset)]
    [TestCase("failed send", "age", CloseKind.PeerReset)]
    [TestCase("fault", "reset", CloseKind.HandlerFault)]
    [TestCase("fault", "abort", CloseKind.HandlerFault)]
    [TestCase("fault", "linger", CloseKind.HandlerFault)]
    [TestCase("idle", "reset", CloseKind.IdleTimeout)]
    [TestCase("idle", "fin", CloseKind.IdleTimeout)]
    [TestCase("fin", "reset", CloseKind.PeerReset)]
    [TestCase("dispose", "reset", CloseKind.PeerReset)]
    [TestCase("dispose", "linger", CloseKind.LocalClosed)]
    public void The_first_error_decides_also_when_another_comes_before_the_close(string first, string then, CloseKind kind)
    {
        var hostile = new HostileServer(options => options with { IdleTimeout = 10 * Second, MaximumAge = 60 * Second, LingerTimeout = 100 * Second });
        var server = hostile.Server;
        var (connection, transport, peer) = hostile.Pair();
        connection.Inbound.Subscribe(
            message => _ = ((Packet)message).Data.Span[0] == '!' ? throw new InvalidOperationException("Meant to be.") : 0, static _ => { });
        server.Settle();
        Happen(first);
        Assert.That(connection.Closed.IsCompleted, Is.False, "not yet");
        Happen(then);
        AssertClosed(server, connection, kind);

        void Happen(string what)
        {
            switch (what)
            {
                case "failed send":
                    transport.SendError = SocketError.ConnectionReset;
                    connection.Outbound.OnNext("in vain"u8.ToArray());
                    break;
                case "abort":
                    connection.Abort();
                    break;
                case "dispose":
                    connection.Dispose();
                    break;
                case "fault":
                    _ = peer.SendAsync("!"u8.ToArray());
                    break;
                case "fin":
                    peer.FinishSending();
                    break;
                case "reset":
                    peer.Reset();
                    break;
                case "idle":
                    server.Advance(10 * Second);
                    break;
                default:
                    server.Advance(100 * Second);
                    break;
            }

            server.Settle();
        }
    }

    [Test]
    public void Idle_timeout()
    {
        var server = new VirtualServer(options => options with { IdleTimeout = 10 * Second });
        var (connection, peer) = server.Pair();
        connection.Inbound.Probe();
        server.Settle();
        server.Advance(10 * Second);
        peer.FinishSending();
        server.Settle();
        AssertClosed(server, connection, CloseKind.IdleTimeout);
    }

    [Test]
    public void Send_timeout()
    {
        var server = new VirtualServer();
        var (connection, _) = server.Pair();
        connection.Outbound.OnNext(new byte[1_000_000]);
        server.Advance(30 * Second);
        AssertClosed(server, connection, CloseKind.SendTimeout);
    }

    [Test]
    public void Slow_consumer()
    {
        var server = new VirtualServer(options => options with { OutboundLimitBytes = 100_000 });
        var (connection, _) = server.Pair();
        connection.Outbound.OnNext(new byte[200_000]);
        connection.Outbound.OnNext(new byte[1]);
        server.Settle();
        AssertClosed(server, connection, CloseKind.SlowConsumer);
    }

    [Test]
    public void Unclaimed()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        server.Advance(30 * Second);
        peer.FinishSending();
        server.Settle();
        AssertClosed(server, connection, CloseKind.Unclaimed);
    }

    [Test]
    public void Maximum_age()
    {
        var server = new VirtualServer(options => options with { MaximumAge = 10 * Second });
        var (connection, peer) = server.Pair();
        connection.Inbound.Probe();
        server.Advance(10 * Second);
        peer.FinishSending();
        server.Settle();
        AssertClosed(server, connection, CloseKind.MaximumAge);
    }

    [TestCase(true, CloseKind.ProtocolError)]
    [TestCase(false, CloseKind.HandlerFault)]
    public void Protocol_error_or_handler_fault_by_what_a_handler_throws(bool protocol, CloseKind kind)
    {
        Exception fault = protocol ? new ProtocolException("broken") : new InvalidOperationException("broken");
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var end = peer.ReadToEndAsync();
        connection.Inbound.Subscribe(_ =>
        {
            connection.Outbound.OnNext("answer"u8.ToArray());
            throw fault;
        });
        _ = peer.SendAsync("question"u8.ToArray());
        server.Settle();
        Assert.That(end.Result.Bytes, Is.EqualTo("answer"u8.ToArray()));
        peer.FinishSending();
        server.Settle();
        AssertClosed(server, connection, kind);
        Assert.That(connection.Closed.Result.Error, Is.SameAs(fault));
    }

    [Test]
    public void Server_stopping_when_the_operator_is_disposed_and_when_the_drain_is_over()
    {
        var server = new VirtualServer(serve: listener => listener.Serve(_ => Observable.Never<ReadOnlyMemory<byte>>()).Probe());
        server.Connect().FinishSending();
        var served = server.Listener.Connections.Single();
        server.Subscription.Dispose();
        server.Settle();
        AssertClosed(server, served, CloseKind.ServerStopping);

        var other = new VirtualServer();
        var (cut, _) = other.Pair();
        cut.Inbound.Probe();
        other.Listener.StopAsync(TimeSpan.Zero);
        other.Settle();
        AssertClosed(other, cut, CloseKind.ServerStopping);
    }

    [Test]
    public void An_abnormal_end_is_an_error_of_inbound_where_that_is_asked_for()
    {
        var server = new VirtualServer(options => options with { AbnormalClosure = AbnormalClosure.Error });
        var (orderly, orderlyPeer) = server.Pair();
        var (reset, resetPeer) = server.Pair();
        var completed = orderly.Inbound.Probe();
        var failed = reset.Inbound.Probe();
        orderlyPeer.FinishSending();
        resetPeer.Reset();
        server.Settle();
        Assert.That((completed.IsEnded, completed.Error), Is.EqualTo((true, (Exception?)null)));
        Assert.That(((ConnectionClosedException)failed.Error!).Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
    }

    [Test]
    public async Task A_dispose_after_a_failed_send_closes_at_once()
    {
        using var reach = Reaches.Of("unix");
        await using var server = new TestServer(reach, new ServerOptions { LingerTimeout = TimeSpan.FromMinutes(5) });
        using var peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await peer.ConnectAsync(server.Listener.LocalEndPoint);
        var connection = await server.AcceptAsync();
        var inbound = connection.Inbound.Probe();
        peer.Shutdown(SocketShutdown.Receive); // it is sent to in vain, and might send more
        connection.Outbound.OnNext("nobody listens"u8.ToArray());
        connection.Dispose();
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerReset));
        await inbound.EndAsync();
    }

    private static void AssertClosed(VirtualServer server, IConnection connection, CloseKind kind)
    {
        Assert.That(connection.Closed.IsCompletedSuccessfully, "the connection is closed");
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(kind), connection.Closed.Result.Detail);
        AssertBooks(server, 1);
    }

    private static void AssertBooks(VirtualServer server, int closed) =>
        Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed, server.Listener.Connections.Count), Is.EqualTo(((long)closed, (long)closed, 0)));
}
