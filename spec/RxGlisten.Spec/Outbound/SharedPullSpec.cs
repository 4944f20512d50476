using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Outbound.Doubles;
using RxGlisten.Spec.Transports;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Outbound;

/// <summary>One producer for several connections: it ends with none of them, and the fastest sets its pace.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SharedPullSpec
{
    private static readonly Bytes Hello = "!"u8.ToArray();

    private readonly PieceProducer _producer = new();
    private Probe<ConnectionClosed> _closed = new();

    [Test]
    public async Task It_goes_on_when_one_of_its_connections_leaves([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values] bool firstLeaves)
    {
        const int Total = 32 * 1024 * 1024;
        var feed = Outgoing.Pull(new PatternStream(Total)).Publish();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, serve: listener => listener.Serve(_ => feed.Merge(Observable.Return(Hello))).Probe());
        var peers = new List<ITestPeer>();
        for (var i = 0; i < 2; i++)
        {
            peers.Add(await server.ConnectAsync());
            Assert.That((await peers[i].ReceiveAsync(1).Soon()).Bytes, Is.EqualTo(Hello.ToArray()), "it is subscribed");
        }

        using var running = feed.Connect();
        var (leaving, staying) = firstLeaves ? (peers[0], peers[1]) : (peers[1], peers[0]);
        await leaving.ReceiveAsync().Soon();
        leaving.Reset();
        long at = 0;
        while (await staying.ReceiveAsync().Soon() is { IsFin: false } received)
        {
            Assert.That(received.IsError, Is.False);
            if (!PatternStream.Matches(received.Bytes, at))
                Assert.Fail($"Not what was produced, near {at}.");
            at += received.Bytes.Length;
        }

        Assert.That(at, Is.EqualTo(Total));
    }

    [Test]
    public void Whoever_joined_while_it_waited_for_another_is_served_when_that_one_is_gone([Values] bool reset)
    {
        var feed = Outgoing.Pull(_producer.Pieces()).Publish().RefCount();
        var server = Serve(_ => feed);
        var first = server.Connect();
        var asked = _producer.Asked;
        var second = server.Connect();
        Assert.That(_producer.Asked, Is.EqualTo(asked), "the first one's queue is full, and no element has reached the second");
        End(server, first, reset);
        Assert.That(_producer.Asked, Is.InRange(asked + 60, asked + 80));
        var reader = new VirtualReader(server, second);
        for (var i = 0; i < 5; i++)
            reader.Take();
        Assert.That(reader.Bytes, Is.EqualTo(Enumerable.Range(0, reader.Bytes.Length).Select(i => (byte)(asked + (i / 1024)))));
        Assert.That(_producer.Disposed, Is.Zero);
        second.Reset();
        server.Settle();
        Assert.That((_producer.Disposed, _closed.Items.Count), Is.EqualTo((1, 2)));
    }

    [Test]
    public void It_goes_on_for_one_that_keeps_elements_when_the_one_that_started_it_is_gone()
    {
        var feed = Outgoing.Pull(_producer.Pieces()).Publish().RefCount();
        var connections = 0;
        var server = Serve(_ => connections++ == 0 ? feed : feed.Buffer(10).Select(pieces => pieces[0]));
        var first = server.Connect();
        var reader = new VirtualReader(server, server.Connect());
        new VirtualReader(server, first).Take();
        Assert.That(reader.Take(), "it was reached");
        first.Reset();
        server.Settle();
        var asked = _producer.Asked;
        reader.Take();
        reader.Take();
        Assert.That((_producer.Asked > asked + 600, _producer.Disposed), Is.EqualTo((true, 0)));
    }

    [Test]
    public void The_fastest_of_its_connections_sets_its_pace_and_the_policy_meets_the_slow_one()
    {
        var feed = Outgoing.Pull(_producer.Pieces()).Publish();
        var server = Serve(_ => feed, options => options with { OutboundLimitBytes = 256 * 1024 });
        server.Connect();
        var fast = new VirtualReader(server, server.Connect());
        using var running = feed.Connect();
        server.Settle();
        Assert.That(_producer.Asked, Is.InRange(60, 80), "both queues are full");
        for (var read = 0; read < 10; read++)
            Assert.That((fast.Take(), _producer.Asked), Is.EqualTo((true, _producer.Asked)));
        Assert.That(_producer.Asked, Is.InRange(600, 800));
        Assert.That(fast.Bytes, Is.EqualTo(Enumerable.Range(0, fast.Bytes.Length).Select(i => (byte)(i / 1024))));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.SlowConsumer));
    }

    [Test]
    public void A_connection_that_lingers_does_not_set_its_pace()
    {
        var feed = Outgoing.Pull(_producer.Pieces()).Publish();
        List<IConnection> connections = [];
        var server = Serve(c =>
        {
            connections.Add(c);
            return feed;
        });
        var leaving = new VirtualReader(server, server.Connect());
        var staying = new VirtualReader(server, server.Connect());
        using var running = feed.Connect();
        server.Settle();
        connections[0].Dispose();
        leaving.All(); // it has everything and the FIN, and does not answer it
        var asked = _producer.Asked;
        server.Advance(TimeSpan.FromSeconds(1));
        Assert.That((leaving.End!.Value.IsFin, connections[0].Closed.IsCompleted, _producer.Asked), Is.EqualTo((true, false, asked)));
        staying.Take();
        Assert.That(_producer.Asked, Is.InRange(asked + 60, asked + 80));
        server.Advance(TimeSpan.FromSeconds(10));
        staying.Take();
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.LocalClosed));
        Assert.That(_producer.Asked, Is.InRange(asked + 120, asked + 160));
    }

    [Test]
    public void When_all_its_connections_are_cut_at_once_it_is_disposed_once()
    {
        var feed = Outgoing.Pull(_producer.Pieces()).Publish().RefCount(2);
        var server = Serve(_ => feed);
        for (var i = 0; i < 2; i++)
            server.Connect();
        server.Settle();
        var asked = _producer.Asked;
        Assert.That(asked, Is.GreaterThan(60));
        _ = server.Listener.StopAsync(TimeSpan.Zero);
        server.Settle();
        Assert.That((_closed.Items.Count, _producer.Disposed), Is.EqualTo((2, 1)));
        Assert.That(_producer.Asked, Is.InRange(asked, asked + 1), "it is not pulled for nobody");
    }

    [Test]
    public void One_that_is_no_longer_heard_by_an_ill_behaved_pipeline_ends_with_its_connection([Values] bool reset)
    {
        var server = Serve(_ => Observable.Create<Bytes>(observer =>
        {
            Outgoing.Pull(_producer.Pieces()).Subscribe(observer.AsObserver());
            return Disposable.Empty;
        }));
        var peer = server.Connect();
        var asked = _producer.Asked;
        End(server, peer, reset);
        Assert.That((_closed.Items.Count, _producer.Disposed), Is.EqualTo((1, 1)));
        Assert.That(_producer.Asked, Is.InRange(asked, asked + 1));
    }

    [Test]
    public void Subscribed_inside_a_bare_delivery_it_is_pulled_for_that_connection_and_ends_with_it([Values] bool reset)
    {
        var server = new VirtualServer(Options);
        var (connection, peer) = server.Pair();
        connection.Inbound.Bytes().SelectMany(_ => Outgoing.Pull(_producer.Pieces())).Subscribe(connection.Outbound);
        _ = peer.SendAsync(Hello);
        server.Settle();
        var asked = _producer.Asked;
        Assert.That(asked, Is.InRange(60, 80));
        new VirtualReader(server, peer).Take();
        Assert.That(_producer.Asked, Is.InRange(asked + 60, asked + 80));
        asked = _producer.Asked;
        End(server, peer, reset);
        Assert.That((connection.Closed.IsCompleted, _producer.Disposed), Is.EqualTo((true, 1)));
        Assert.That(_producer.Asked, Is.InRange(asked, asked + 1));
    }

    private static void End(VirtualServer server, TransportPeer peer, bool reset)
    {
        if (reset)
            peer.Reset();
        else
            server.Listener.Connections.OrderBy(connection => connection.Id).First().Abort();
        server.Settle();
    }

    private VirtualServer Serve(Func<IConnection, IObservable<Bytes>> pipeline, Func<ServerOptions, ServerOptions>? options = null) =>
        new(
            defaults => Options(options?.Invoke(defaults) ?? defaults),
            listener => _closed = listener.Serve(pipeline).Probe());

    private static ServerOptions Options(ServerOptions defaults) => defaults with { OutboundHighWaterBytes = 8 * 1024 };
}
