using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing;

/// <summary>A connection that nobody wants gives its slot back.</summary>
public sealed class UnclaimedSpec
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Test]
    public void What_a_query_filtered_out_gives_its_slot_back_and_what_it_took_stays()
    {
        var server = new VirtualServer(Quick, listener => listener
            .Where(connection => connection.Id % 2 == 0)
            .SelectMany(connection => connection.Inbound)
            .Probe());
        for (var i = 0; i < 10; i++)
            server.Connect();
        server.Advance(Limit);
        Assert.That(server.Listener.Connections.Select(connection => connection.Id % 2), Is.EqualTo(new long[5]));
        server.Advance(10 * Limit);
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(5));
    }

    [Test]
    public void Forgotten_connections_give_their_slots_to_those_who_wait()
    {
        var served = 0;
        var server = new VirtualServer(options => Quick(options) with { MaxConnections = 3 }, listener => listener.Probe(_ => served++));
        for (var i = 0; i < 9; i++)
            server.Connect();
        Assert.That(served, Is.EqualTo(3));
        server.Advance(Limit);
        Assert.That(served, Is.EqualTo(6));
        server.Advance(Limit);
        Assert.That(served, Is.EqualTo(9));
    }

    [Test]
    public void A_query_that_was_disposed_abandons_its_connections()
    {
        var server = new VirtualServer(Quick, listener => listener.SelectMany(connection => connection.Inbound).Probe());
        server.Connect();
        server.Connect();
        server.Advance(10 * Limit);
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(2));
        server.Subscription.Dispose();
        server.Advance(Limit - TimeSpan.FromTicks(1));
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(2));
        server.Advance(TimeSpan.FromTicks(1));
        Assert.That(server.Listener.Connections, Is.Empty);
    }

    [Test]
    public void A_server_operator_claims_its_connections_also_without_a_subscriber_of_inbound()
    {
        var server = new VirtualServer(Quick, listener => listener.Serve(_ => Observable.Never<ReadOnlyMemory<byte>>()).Probe());
        server.Connect();
        server.Advance(10 * Limit);
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void Queued_bytes_claim_a_connection_until_they_are_flushed()
    {
        var server = new VirtualServer(options => Quick(options) with { SendTimeout = Timeout.InfiniteTimeSpan });
        var (connection, peer) = server.Pair();
        connection.Outbound.OnNext(new byte[100_000]);
        server.Advance(10 * Limit);
        Assert.That(connection.Closed.IsCompleted, Is.False);
        var read = peer.ReadToEndAsync();
        server.Settle();
        server.Advance(Limit - TimeSpan.FromTicks(1));
        Assert.That(connection.Closed.IsCompleted, Is.False);
        server.Advance(TimeSpan.FromTicks(1));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.Unclaimed));
        Assert.That(read.Result.Bytes, Has.Length.EqualTo(100_000));
    }

    [Test]
    public void A_sending_side_that_completed_behind_queued_bytes_does_not_keep_its_connection_for_ever()
    {
        var server = new VirtualServer(
            options => Quick(options) with { SendTimeout = Timeout.InfiniteTimeSpan },
            listener => listener.Probe(connection =>
            {
                connection.Outbound.OnNext(new byte[100_000]);
                connection.Outbound.OnCompleted();
            }));
        var read = server.Connect().ReadToEndAsync();
        server.Settle();
        Assert.That(read.Result.Bytes, Has.Length.EqualTo(100_000));
        server.Advance(Limit);
        Assert.That(server.Listener.Connections, Is.Empty);
    }

    private static ServerOptions Quick(ServerOptions options) => options with { LingerTimeout = TimeSpan.Zero };
}
