using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Demos.Proxy.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Demos.Proxy;

/// <summary>A proxy's two connections behave as one.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RelaySpec
{
    private const int ManyBytes = 3_000_000;

    private readonly ProxyWorld _world = new ProxyWorld().Start("one");

    private static byte[] Of(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static byte[] Many()
    {
        var bytes = new byte[ManyBytes];
        new Random(6).NextBytes(bytes);
        return bytes;
    }

    [Test]
    public void Bytes_go_both_ways()
    {
        var (client, reader, backend) = _world.Pair();
        var received = backend.Inbound.Probe();
        _ = client.SendAsync(Of("hello"));
        backend.Outbound.OnNext(Of("world"));
        Assert.That(reader.All().Text, Is.EqualTo("world"));
        Assert.That((received.Text(), received.IsEnded), Is.EqualTo(("hello", false)));
    }

    [Test]
    public void A_client_that_finishes_gets_its_reply()
    {
        var (client, reader, backend) = _world.Pair();
        var received = backend.Inbound.Probe();
        _ = client.SendAsync(Of("hello"));
        client.FinishSending();
        _world.Server.Settle();
        Assert.That((received.Text(), received.IsEnded, received.Error), Is.EqualTo(("hello", true, (Exception?)null)));
        _world.Server.Advance(TimeSpan.FromSeconds(50)); // the backend's own HalfOpenTimeout is 60 s
        backend.Outbound.OnNext(Of("reply"));
        backend.Dispose();
        Assert.That((reader.All().Text, reader.End!.Value.IsFin), Is.EqualTo(("reply", true)));
        Assert.That(_world.Server.Listener.Connections, Is.Empty);
        Assert.That(_world["one"].Connections, Is.Zero);
    }

    [Test]
    public void A_backend_that_finishes_is_still_told_what_the_client_says()
    {
        var (client, reader, backend) = _world.Pair();
        backend.Outbound.OnNext(Of("bye"));
        backend.Outbound.OnCompleted();
        Assert.That((reader.All().Text, reader.End!.Value.IsFin), Is.EqualTo(("bye", true)));
        var received = backend.Inbound.Probe();
        _ = client.SendAsync(Of("so long"));
        client.FinishSending();
        _world.Server.Settle();
        Assert.That((received.Text(), received.IsEnded), Is.EqualTo(("so long", true)));
        Assert.That(_world.Server.Listener.Connections, Is.Empty);
    }

    [Test]
    public void A_reset_of_the_client_is_one_of_the_backend()
    {
        var (client, _, backend) = _world.Pair();
        var received = backend.Inbound.Probe();
        client.Reset();
        _world.Server.Settle();
        Assert.That(received.Error, Is.TypeOf<ConnectionClosedException>());
        Assert.That(backend.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(_world["one"].Connections, Is.Zero);
    }

    [Test]
    public void A_reset_of_the_backend_is_one_of_the_client([Values] bool clientIsStalled)
    {
        var (client, reader, backend) = _world.Pair();
        if (clientIsStalled)
            backend.Outbound.OnNext(Many());
        _world.Server.Settle();
        backend.Abort();
        _world.Server.Settle();
        Assert.That(reader.All().End!.Value.Error, Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(_world.Server.Listener.Connections, Is.Empty);
        _ = client;
    }

    [Test]
    public void A_backend_that_does_not_read_holds_the_client_back_and_nothing_is_lost()
    {
        var (client, _, backend) = _world.Pair();
        var sent = Many();
        var sending = client.SendAsync(sent);
        _ = sending.ContinueWith(_ => client.FinishSending(), TaskContinuationOptions.ExecuteSynchronously);
        _world.Server.Advance(TimeSpan.FromSeconds(25)); // the backend's own UnclaimedTimeout is 30 s
        Assert.That(sending.IsCompleted, Is.False);
        Assert.That(_world.Server.Listener.Connections, Has.Count.EqualTo(1));
        var received = backend.Inbound.Probe();
        _world.Server.Advance(TimeSpan.FromSeconds(1));
        Assert.That(received.Bytes(), Is.EqualTo(sent));
        Assert.That((received.IsEnded, received.Error), Is.EqualTo((true, (Exception?)null)));
    }

    [Test]
    public void A_client_that_does_not_read_holds_the_backend_back_and_nothing_is_lost()
    {
        var (_, reader, backend) = _world.Pair();
        var sent = Many();
        backend.Outbound.OnNext(sent);
        backend.Outbound.OnCompleted();
        _world.Server.Advance(TimeSpan.FromSeconds(25)); // the backend's own SendTimeout is 30 s
        var proxied = _world.Server.Listener.Connections.Single();
        Assert.That(proxied.Outbound.QueuedBytes, Is.LessThanOrEqualTo(128 * 1024));
        Assert.That(backend.Outbound.QueuedBytes, Is.GreaterThan(ManyBytes - (6 * 64 * 1024)), "two windows, two queues and what is on hold");
        Assert.That(reader.All().Bytes, Is.EqualTo(sent));
        Assert.That(reader.End!.Value.IsFin);
    }
}
