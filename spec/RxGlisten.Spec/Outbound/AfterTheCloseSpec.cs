using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Outbound;

/// <summary>The three ways in which an outbound observer ends, and what it does afterwards, in virtual time.</summary>
public sealed class AfterTheCloseSpec
{
    [Test]
    public void OnNext_after_the_close_does_nothing_and_is_counted()
    {
        long ignored = 0;
        using var meters = new MeterTap((name, count) => ignored += name == "rxglisten.outbound.ignored" ? count : 0);
        var server = new VirtualServer(options => options with { MeterFactory = meters });
        var (connection, peer) = server.Pair();
        connection.Outbound.OnNext("before"u8.ToArray());
        Assert.That(ignored, Is.Zero);
        connection.Outbound.OnCompleted();
        connection.Outbound.OnNext("between"u8.ToArray());
        Assert.That(ignored, Is.EqualTo(1));
        connection.Abort();
        server.Settle();
        connection.Outbound.OnNext("after"u8.ToArray());
        connection.Outbound.OnCompleted();
        connection.Outbound.OnError(new InvalidOperationException("Meant to be."));
        Assert.That(ignored, Is.EqualTo(2));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.Aborted));
        Assert.That(connection.Outbound.QueuedBytes, Is.Zero);
        Assert.That(new VirtualReader(server, peer).All().Text, Is.EqualTo("before"));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task After_the_close_nothing_throws_but_what_was_to_be_sent(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        connection.Outbound.OnNext("to the end"u8.ToArray());
        connection.Dispose();
        peer.FinishSending();
        var reason = await connection.Closed.Soon();
        foreach (var endpoint in new[] { connection.LocalEndPoint, connection.RemoteEndPoint })
            Assert.That(endpoint, Is.Not.Null);
        Assert.That((connection.Tls, connection.Outbound.QueuedBytes), Is.EqualTo(((TlsInfo?)null, 0L)));
        Assert.That(connection.Outbound.Writable.Probe().IsEnded);
        await connection.Inbound.Probe().EndAsync();
        connection.Outbound.OnNext("late"u8.ToArray());
        connection.Outbound.OnCompleted();
        connection.Outbound.OnError(new InvalidOperationException("late"));
        connection.Abort();
        connection.Dispose();
        await connection.DisposeAsync().Soon();
        Assert.That(async () => await connection.Outbound.SendAsync("late"u8.ToArray()), Throws.TypeOf<ConnectionClosedException>()
            .With.Property(nameof(ConnectionClosedException.Reason)).EqualTo(reason));
        Assert.That((await connection.Closed.Soon(), server.Listener.Ledger.Closed), Is.EqualTo((reason, 1L)));
    }

    [Test]
    public void OnError_resets_with_the_error()
    {
        var (server, connection, reader) = HighWaterSpec.Stalled(window: 10);
        connection.Outbound.OnNext(new byte[100]);
        var error = new InvalidOperationException("Meant to be.");
        connection.Outbound.OnError(error);
        server.Settle();
        Assert.That((connection.Closed.Result.Kind, connection.Closed.Result.Error), Is.EqualTo((CloseKind.Aborted, error)));
        Assert.That(reader.All().End!.Value.IsError);
    }

    [Test]
    public void OnCompleted_flushes_and_sends_fin_and_receiving_goes_on()
    {
        var (server, connection, reader, peer) = HighWaterSpec.StalledPair(window: 10);
        var inbound = connection.Inbound.Probe();
        connection.Outbound.OnNext("0123456789 and more of it"u8.ToArray());
        connection.Outbound.OnCompleted();
        connection.Outbound.OnCompleted();
        Assert.That(reader.All().Text, Is.EqualTo("0123456789 and more of it"));
        Assert.That(reader.End!.Value.IsFin);
        Assert.That(peer.SendAsync("still here"u8.ToArray()).IsCompleted);
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("still here"));
        Assert.That(inbound.IsEnded, Is.False);
        peer.FinishSending();
        server.Settle();
        Assert.That(inbound.IsEnded);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }
}
