using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Inbound.Doubles;

namespace RxGlisten.Spec.Inbound;

/// <summary>A bare subscriber that throws.</summary>
public sealed class HandlerFaultSpec
{
    private static byte[] Of(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task It_ends_its_own_connection_and_what_it_had_queued_arrives(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var log = new CountingLog();
        await using var server = new TestServer(reach, new ServerOptions { LoggerFactory = log });
        var (other, otherPeer) = await server.PairAsync();
        var healthy = other.Inbound.Probe();
        var (connection, peer) = await server.PairAsync();
        var error = new InvalidOperationException("as planned");
        using var subscription = connection.Inbound.Subscribe(_ =>
        {
            connection.Outbound.OnNext(new byte[200_000]);
            connection.Outbound.OnNext(Of("tail"));
            throw error;
        });
        await peer.SendAsync(Of("x")).Soon();
        var received = new List<byte>();
        while (await peer.ReceiveAsync().Soon() is { IsFin: false } part)
        {
            Assert.That(part.IsError, Is.False);
            received.AddRange(part.Bytes);
        }

        peer.FinishSending();
        Assert.That((received.Count, System.Text.Encoding.Latin1.GetString([.. received[^4..]])), Is.EqualTo((200_004, "tail")));
        var reason = await connection.Closed.Soon();
        Assert.That((reason.Kind, reason.Error), Is.EqualTo((CloseKind.HandlerFault, (Exception)error)));
        Assert.That(log.Errors, Is.EqualTo(new[] { error }));
        await otherPeer.SendAsync(Of("still here")).Soon();
        otherPeer.FinishSending();
        await healthy.EndAsync();
        Assert.That(healthy.Text(), Is.EqualTo("still here"));
    }

    [Test]
    public void A_protocol_exception_is_a_protocol_error()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        using var subscription = connection.Inbound.Subscribe(_ => throw new ProtocolException("no such verb"));
        _ = peer.SendAsync(Of("x"));
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.ProtocolError));
        Assert.That(connection.Closed.Result.Detail, Is.EqualTo("no such verb"));
    }

    [Test]
    public void It_is_logged_once_though_it_throws_at_the_end_again()
    {
        using var log = new CountingLog();
        var server = new VirtualServer(options => options with { LoggerFactory = log });
        var (connection, peer) = server.Pair();
        var first = new InvalidOperationException("first");
        using var subscription = connection.Inbound.Subscribe(_ => throw first, () => throw new InvalidOperationException("second"));
        _ = peer.SendAsync(Of("x"));
        server.Settle();
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.Result.Error, Is.SameAs(first));
        Assert.That(log.Errors, Is.EqualTo(new[] { first }));
    }

    [Test]
    public void A_throw_at_the_end_ends_the_connection_too()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        using var subscription = connection.Inbound.Subscribe(static _ => { }, () => throw new InvalidOperationException("as planned"));
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == CloseKind.HandlerFault);
    }

    [Test]
    public void It_is_given_nothing_more()
    {
        var server = new VirtualServer(options => options with { ReceiveBufferBytes = 1 });
        var (connection, peer) = server.Pair();
        _ = peer.SendAsync(Of("abc"));
        peer.Reset();
        server.Settle();
        var calls = 0;
        using var subscription = connection.Inbound.Subscribe(_ =>
        {
            calls++;
            throw new InvalidOperationException("as planned");
        });
        server.Settle();
        Assert.That(calls, Is.EqualTo(1));
    }
}
