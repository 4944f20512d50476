using NUnit.Framework;
using RxGlisten.Spec.Closing.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing;

/// <summary>A transport that throws, which it must not: its connection ends, its slot comes back, and nobody else notices. In virtual time.</summary>
public sealed class HostileTransportSpec
{
    private const int Window = 10_000;

    [TestCase("receive", "read")]
    [TestCase("receive later", "read")]
    [TestCase("receive", "dispose")]
    [TestCase("receive later", "dispose")]
    [TestCase("try-send", "send")]
    [TestCase("try-send", "answer")]
    [TestCase("gathered try-send", "stall")]
    [TestCase("send", "send")]
    [TestCase("send later", "send")]
    [TestCase("shutdown", "complete")]
    [TestCase("shutdown", "dispose")]
    public void What_throws_ends_its_own_connection_as_a_transport_error(string operation, string when)
    {
        var log = new LogRecorder();
        var hostile = new HostileServer(options => options with { MaxConnections = 3, LoggerFactory = log }, windowBytes: Window);
        var server = hostile.Server;
        var (other, _, otherPeer) = hostile.Pair();
        var (connection, transport, peer) = hostile.Pair();
        var inbound = when == "dispose" ? null : connection.Inbound.Probe(_ => connection.Outbound.OnNext("answer"u8.ToArray()));
        server.Settle();
        transport.Throws = operation;
        Task? flush = null;
        Assert.That(Provoke, Throws.Nothing);
        server.Settle();
        Assert.That(connection.Closed.IsCompleted, "it ends");
        Assert.That((connection.Closed.Result.Kind, connection.Closed.Result.Error), Is.EqualTo((CloseKind.TransportError, transport.Error)));
        Assert.That((transport.Ends, log.Entries.Count), Is.EqualTo((1, 1)));
        Assert.That((inbound?.IsEnded, inbound?.Error), Is.EqualTo((inbound is null ? null : (bool?)true, (Exception?)null)));
        Assert.That(flush?.Exception?.InnerException, Is.Null.Or.InstanceOf<ConnectionClosedException>());
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
        AssertAlive(server, other, otherPeer);
        Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed), Is.EqualTo((2L, 1L)));
        server.Pair();
        server.Pair(); // there are slots for three

        void Provoke()
        {
            switch (when)
            {
                case "read" or "answer":
                    _ = peer.SendAsync("x"u8.ToArray());
                    server.Settle();
                    _ = peer.SendAsync("x"u8.ToArray());
                    break;
                case "send":
                    connection.Outbound.OnNext(new byte[2 * Window]);
                    flush = connection.Outbound.FlushAsync().AsTask();
                    _ = peer.ReceiveAsync();
                    break;
                case "stall":
                    connection.Outbound.OnNext(new byte[20 * Window]);
                    server.Settle();
                    flush = connection.Outbound.FlushAsync().AsTask();
                    _ = peer.ReceiveAsync();
                    break;
                case "complete":
                    connection.Outbound.OnCompleted();
                    break;
                default:
                    connection.Dispose();
                    _ = peer.SendAsync("unread"u8.ToArray());
                    break;
            }
        }
    }

    [TestCase("close", CloseKind.LocalClosed)]
    [TestCase("abort", CloseKind.Aborted)]
    public void One_that_throws_while_it_ends_has_ended(string operation, CloseKind kind)
    {
        var hostile = new HostileServer(options => options with { MaxConnections = 1 });
        var (connection, transport, peer) = hostile.Pair();
        transport.Throws = operation;
        if (operation == "abort")
            connection.Abort();
        else
            connection.Dispose();
        peer.FinishSending();
        hostile.Server.Settle();
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == kind);
        var (next, _, nextPeer) = hostile.Pair();
        AssertAlive(hostile.Server, next, nextPeer);
    }

    [TestCase("watch")]
    [TestCase("watch, abort")]
    public void Those_that_throw_before_anybody_is_given_them_cost_no_acceptor_and_no_slot(string operations)
    {
        var log = new LogRecorder();
        var count = 0;
        var hostile = new HostileServer(
            options => options with { MaxConnections = 3, LoggerFactory = log },
            onAccept: transport => transport.Throws = count++ < 20 ? operations : null);
        var server = hostile.Server;
        for (var i = 0; i < 20; i++)
            server.Connect();
        Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed, server.Listener.Connections.Count), Is.EqualTo((20L, 20L, 0)));
        Assert.That(log.Entries, Has.Count.EqualTo(operations == "watch" ? 20 : 40));
        var (connection, peer) = server.Pair();
        AssertAlive(server, connection, peer);
    }

    [Test]
    public void Whoever_is_turned_away_by_throwing_is_turned_away()
    {
        var hostile = new HostileServer(
            options => options with { MaxConnections = 1, AtLimit = AtLimitPolicy.Close },
            onAccept: transport => transport.Throws = "abort");
        var (connection, peer) = hostile.Server.Pair();
        for (var i = 0; i < 20; i++)
            hostile.Server.Connect();
        Assert.That(hostile.Server.Listener.Ledger.Rejected, Is.EqualTo(20));
        AssertAlive(hostile.Server, connection, peer);
        var stopped = hostile.Server.Listener.StopAsync(TimeSpan.Zero);
        hostile.Server.Settle();
        Assert.That(stopped.IsCompletedSuccessfully);
    }

    private static void AssertAlive(VirtualServer server, IConnection connection, TransportPeer peer)
    {
        using var inbound = connection.Inbound.Probe();
        _ = peer.SendAsync("ping"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("ping"));
    }
}
