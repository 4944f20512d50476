using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Handling.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Handling;

/// <summary>Serving one pipeline a connection, in virtual time.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ServeSpec
{
    private static readonly Bytes Hello = Encoding.Latin1.GetBytes("hello");
    private readonly LogRecorder _log = new();
    private Probe<ConnectionClosed> _closed = new();

    public static IEnumerable<TestCaseData> Faults()
    {
        static IObservable<Bytes> Failing(IConnection c, string how, Exception error)
        {
            c.Outbound.OnNext(Hello);
            return how switch
            {
                "factory" => throw error,
                "raw subscribe" => new ThrowingSubscribe(error),
                "create" => Observable.Create<Bytes>(IDisposable (_) => throw error),
                "error" => Observable.Throw<Bytes>(error),
                "operator" => c.Inbound.Bytes().Select(Bytes (_) => throw error),
                "end of inbound" => c.Inbound.Bytes().Count().Select(Bytes (_) => throw error),
                "later" => Observable.Timer(TimeSpan.FromSeconds(3), ((Connection)c).Settings.Options.Scheduler).Select(Bytes (_) => throw error),
                "null" => null!,
                _ => throw new ArgumentException(how),
            };
        }

        foreach (var how in new[] { "factory", "raw subscribe", "create", "error", "operator", "end of inbound", "later", "null" })
        {
            Func<IConnection, Exception, IObservable<Bytes>> fail = (c, e) => Failing(c, how, e);
            yield return new TestCaseData(fail, how == "null").SetArgDisplayNames(how);
        }
    }

    [TestCaseSource(nameof(Faults))]
    public void A_pipeline_that_throws_ends_its_own_connection_with_what_it_had_queued(
        Func<IConnection, Exception, IObservable<Bytes>> fail, bool isNull)
    {
        var error = new InvalidOperationException("Meant to be.");
        var fails = true;
        var server = Start(listener => listener.Serve(c => fails ? fail(c, error) : c.Inbound.Bytes()));
        fails = false;
        var other = server.Connect();
        fails = true;
        var peer = server.Connect();
        fails = false;
        var later = server.Connect();
        Say(server, peer, "!");
        peer.FinishSending();
        server.Settle();
        server.Advance(TimeSpan.FromSeconds(4));
        var reader = new VirtualReader(server, peer).All();
        Assert.That(reader.Text, Is.EqualTo("hello"));
        Assert.That(reader.End!.Value.IsFin);
        Assert.That(_closed.Items, Has.Count.EqualTo(1));
        Assert.That(_closed.Items[0].Reason.Kind, Is.EqualTo(CloseKind.HandlerFault));
        if (!isNull)
            Assert.That(_closed.Items[0].Reason.Error, Is.SameAs(error));
        Assert.That(_log.Entries, Has.Count.EqualTo(1));
        foreach (var healthy in new[] { other, later, server.Connect() })
        {
            Say(server, healthy, "ping");
            Assert.That(new VirtualReader(server, healthy).All().Text, Is.EqualTo("ping"));
        }
    }

    [Test]
    public void A_protocol_exception_is_a_protocol_error()
    {
        var server = Start(listener => listener.Serve(c => c.Inbound.Bytes().Select(Bytes (_) => throw new BadGreetingException())));
        Say(server, server.Connect(), "!");
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.ProtocolError));
    }

    [Test]
    public void A_thousand_others_notice_nothing_of_one_that_fails()
    {
        var server = Start(listener => listener.ServePipeline(inbound => inbound.Bytes().Select(
            bytes => bytes.Span[0] == '!' ? throw new InvalidOperationException("Meant to be.") : bytes)));
        var peers = Enumerable.Range(0, 1001).Select(_ => server.Connect()).ToArray();
        Say(server, peers[500], "!");
        for (var i = 0; i < peers.Length; i++)
        {
            if (i == 500)
                continue;
            Say(server, peers[i], $"{i}");
            Assert.That(new VirtualReader(server, peers[i]).All().Text, Is.EqualTo($"{i}"));
        }

        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.HandlerFault));
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(1000));
    }

    [Test]
    public void A_pipeline_that_completes_closes_gracefully([Values] bool pulled)
    {
        var server = Start(listener => pulled
            ? listener.Serve(c => new[] { Hello }.ToAsyncEnumerable())
            : listener.Serve(c => Observable.Return(Hello)));
        var peer = server.Connect();
        var reader = new VirtualReader(server, peer).All();
        Assert.That((reader.Text, reader.End!.Value.IsFin), Is.EqualTo(("hello", true)));
        Assert.That(_closed.Items, Is.Empty, "the peer has not finished");
        peer.FinishSending();
        server.Settle();
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    [Test]
    public void At_the_end_the_slot_is_back_and_Closed_is_complete_before_the_element_comes()
    {
        var seen = new List<(bool Open, bool Closed)>();
        VirtualServer? server = null;
        server = new VirtualServer(serve: listener => listener.Serve(c => c.Inbound.Bytes()).Probe(
            ended => seen.Add((server!.Listener.Connections.Contains(ended.Connection), ended.Connection.Closed.IsCompleted))));
        for (var i = 0; i < 3; i++)
            server.Connect().FinishSending();
        server.Settle();
        Assert.That(seen, Is.EqualTo(new[] { (false, true), (false, true), (false, true) }));
    }

    [Test]
    public void The_element_of_a_connection_that_closes_while_its_pipeline_is_made_comes_when_that_is_there()
    {
        SynchronizationContext.SetSynchronizationContext(null); // so that whoever waits for Closed is told inside the call that closes
        var order = new List<string>();
        var connections = Observable.Return<IConnection>(new HandmadeConnection());
        using var serving = connections.Serve(c =>
        {
            c.Abort();
            order.Add("made");
            return Observable.Create<Bytes>(_ =>
            {
                order.Add("subscribed");
                return Disposable.Create(() => order.Add("unsubscribed"));
            });
        }).Subscribe(_ => order.Add("element"), () => order.Add("completed"));
        Assert.That(order, Is.EqualTo(new[] { "made", "subscribed", "element", "unsubscribed", "completed" }));
    }

    [Test]
    public void It_completes_when_the_listener_stopped_and_the_last_connection_closed()
    {
        var server = Start(listener => listener.Serve(c => c.Inbound.Bytes()));
        var first = server.Connect();
        var second = server.Connect();
        var stop = server.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        server.Settle();
        first.FinishSending();
        server.Settle();
        Assert.That((_closed.Items.Count, _closed.IsEnded), Is.EqualTo((1, false)));
        second.FinishSending();
        server.Settle();
        Assert.That((_closed.Items.Count, _closed.IsEnded, stop.IsCompleted), Is.EqualTo((2, true, true)));
    }

    [Test]
    public void While_the_listener_drains_its_connections_are_served_and_no_other_is_taken()
    {
        var server = Start(listener => listener.Serve(c => c.Inbound.Bytes()));
        var peer = server.Connect();
        _ = server.Listener.StopAsync(TimeSpan.FromSeconds(30));
        server.Settle();
        var reader = new VirtualReader(server, peer);
        foreach (var text in new[] { "one ", "two ", "three" })
        {
            server.Advance(TimeSpan.FromSeconds(9));
            Say(server, peer, text);
            reader.Take();
        }

        Assert.That(reader.Text, Is.EqualTo("one two three"));
        Assert.That(server.Connect, Throws.InstanceOf<System.Net.Sockets.SocketException>());
        server.Advance(TimeSpan.FromSeconds(3));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.ServerStopping));
    }

    [Test]
    public void It_does_not_complete_with_its_source_while_a_connection_is_open()
    {
        var server = Start(listener => listener.Take(1).Serve(c => c.Inbound.Bytes()));
        var peer = server.Connect();
        Say(server, peer, "ping");
        Assert.That(new VirtualReader(server, peer).All().Text, Is.EqualTo("ping"));
        Assert.That(_closed.IsEnded, Is.False);
        peer.FinishSending();
        server.Settle();
        Assert.That((_closed.Items.Count, _closed.IsEnded), Is.EqualTo((1, true)));
    }

    [Test]
    public void Disposing_it_closes_its_connections_and_leaves_nothing_subscribed()
    {
        var subscribed = 0;
        var connections = new List<IConnection>();
        var server = Start(listener => listener.Serve(c =>
        {
            connections.Add(c);
            return Observable.Create<Bytes>(observer =>
            {
                subscribed++;
                var inner = c.Inbound.Bytes().Subscribe(observer);
                return Disposable.Create(() =>
                {
                    inner.Dispose();
                    subscribed--;
                });
            });
        }));
        for (var i = 0; i < 5; i++)
            server.Connect();
        Assert.That(subscribed, Is.EqualTo(5));
        _closed.Dispose();
        Assert.That(subscribed, Is.Zero);
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(connections.Select(c => c.Closed.Result.Kind), Has.All.EqualTo(CloseKind.ServerStopping));
        Assert.That((_closed.Items.Count, _closed.IsEnded), Is.EqualTo((0, false)));
    }

    [Test]
    public void Disposing_it_stops_all_though_one_pipeline_throws_when_it_is_disposed()
    {
        var connections = new List<IConnection>();
        var server = Start(listener => listener.Serve(c =>
        {
            connections.Add(c);
            return connections.Count == 1
                ? Observable.Create<Bytes>(_ => Disposable.Create(() => throw new InvalidOperationException("Meant to be.")))
                : c.Inbound.Bytes();
        }));
        for (var i = 0; i < 3; i++)
            server.Connect();
        _closed.Dispose();
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(connections.Select(c => c.Closed.Result.Kind), Has.All.EqualTo(CloseKind.ServerStopping));
    }

    [Test]
    public void An_error_of_the_source_ends_it_with_the_error_and_stops_its_connections()
    {
        var connections = new List<IConnection>();
        var cut = new System.Reactive.Subjects.Subject<System.Reactive.Unit>();
        var server = Start(listener => listener
            .Merge(cut.SelectMany(_ => Observable.Throw<IConnection>(new InvalidOperationException("Meant to be."))))
            .Do(connections.Add)
            .Serve(c => c.Inbound.Bytes()));
        server.Connect();
        cut.OnNext(default);
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(_closed.Error, Is.TypeOf<InvalidOperationException>());
        Assert.That(connections.Single().Closed.Result.Kind, Is.EqualTo(CloseKind.ServerStopping));
    }

    [Test]
    public void A_pipeline_that_never_ends_is_unsubscribed_when_its_connection_closes([Values] bool reset)
    {
        var alive = 0;
        var server = Start(listener => listener.Serve(c => Observable
            .Interval(TimeSpan.FromSeconds(1), ((Connection)c).Settings.Options.Scheduler)
            .Select(_ => Hello)
            .Merge(c.Inbound.Bytes())
            .Merge(Observable.Never<Bytes>())
            .Finally(() => alive--)));
        alive++;
        var peer = server.Connect();
        server.Advance(TimeSpan.FromSeconds(2));
        Assert.That(alive, Is.EqualTo(1));
        if (reset)
            peer.Reset();
        else
            server.Listener.Connections.Single().Dispose();
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(reset ? CloseKind.PeerReset : CloseKind.LocalClosed));
        Assert.That(alive, Is.Zero);
    }

    [Test]
    public void Bytes_before_a_reset_still_reach_the_pipeline()
    {
        var text = "";
        var ended = false;
        var server = Start(listener => listener.Serve(c => c.Inbound.Bytes()
            .Do(bytes => text += Encoding.Latin1.GetString(bytes.Span), () => ended = true)
            .Where(_ => false)));
        var peer = server.Connect();
        _ = peer.SendAsync("last words"u8.ToArray());
        peer.Reset();
        server.Settle();
        Assert.That((text, ended), Is.EqualTo(("last words", true)));
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(_log.Entries, Is.Empty);
    }

    [Test]
    public void A_reset_told_as_an_error_is_no_fault_of_the_pipeline()
    {
        var server = Start(listener => listener.Serve(c => c.Inbound.Bytes()), options => options with { AbnormalClosure = AbnormalClosure.Error });
        server.Connect().Reset();
        server.Settle();
        Assert.That(_closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(_log.Entries, Is.Empty);
    }

    [Test]
    public void A_subscriber_of_Serve_that_throws_disturbs_nobody()
    {
        var told = 0;
        var server = new VirtualServer(
            options => options with { LoggerFactory = _log },
            listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe(_ =>
            {
                told++;
                throw new InvalidOperationException("Meant to be.");
            }));
        var other = server.Connect();
        server.Connect().FinishSending();
        server.Connect().FinishSending();
        server.Settle();
        Say(server, other, "ping");
        Assert.That(new VirtualReader(server, other).All().Text, Is.EqualTo("ping"));
        Assert.That((told, _log.Entries.Count, server.Listener.Connections.Count), Is.EqualTo((2, 2, 1)));
    }

    [Test]
    public async Task Elements_of_connections_that_end_at_once_are_serial()
    {
        // The probe checks it: over the system's transports they end on many threads.
        using var reach = Reach.TcpV4();
        var ended = new Probe<ConnectionClosed>(_ => Thread.SpinWait(100));
        await using var server = new TestServer(reach, serve: listener => ended.On(listener.Serve(c => c.Inbound.Bytes())));
        var peers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.ConnectAsync()));
        await Patience.UntilAsync(() => server.Listener.Connections.Count == 100, "all are accepted");
        await Task.WhenAll(peers.Select(peer => Task.Run(peer.FinishSending)));
        Assert.That(await ended.CountAsync(100), Has.Count.EqualTo(100));
    }

    [Test]
    public void Connections_that_an_operator_owns_are_never_unclaimed()
    {
        var server = Start(listener => listener.Serve(c => Observable.Never<Bytes>()));
        server.Connect();
        server.Advance(TimeSpan.FromSeconds(1000));
        Assert.That(_closed.Items, Is.Empty);
    }

    private VirtualServer Start(
        Func<IListener, IObservable<ConnectionClosed>> serve, Func<ServerOptions, ServerOptions>? options = null) =>
        new(
            defaults => (options?.Invoke(defaults) ?? defaults) with { LoggerFactory = _log },
            listener => _closed = serve(listener).Probe());

    private static void Say(VirtualServer server, TransportPeer peer, string text)
    {
        _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
        server.Settle();
    }

    private sealed class BadGreetingException() : ProtocolException("Meant to be.");

    private sealed class ThrowingSubscribe(Exception error) : IObservable<Bytes>
    {
        public IDisposable Subscribe(IObserver<Bytes> observer) => throw error;
    }
}
