using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Handling;

/// <summary><c>SelectMany</c> with isolation, in virtual time.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SelectConnectionSpec
{
    private readonly LogRecorder _log = new();
    private readonly List<IConnection> _connections = [];

    [TestCase("selector")]
    [TestCase("inner")]
    [TestCase("null")]
    public void What_fails_for_one_connection_ends_that_one_only(string how)
    {
        var error = new InvalidOperationException("Meant to be.");
        var (server, texts) = Start(c => how switch
        {
            _ when _connections.Count != 2 => Texts(c),
            "selector" => throw error,
            "null" => null!,
            _ => Texts(c).Select(string (_) => throw error),
        });
        var peers = Enumerable.Range(0, 3).Select(_ => server.Connect()).ToArray();
        foreach (var peer in peers)
            Say(server, peer, "hi");
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(texts.Items, Is.EqualTo(new[] { "hi", "hi" }));
        Assert.That(_connections[1].Closed.Result.Kind, Is.EqualTo(CloseKind.HandlerFault));
        Assert.That((server.Listener.Connections.Count, texts.IsEnded, _log.Entries.Count), Is.EqualTo((2, false, 1)));
    }

    [Test]
    public void A_throw_downstream_ends_the_connection_whose_element_it_was()
    {
        var texts = new List<string>();
        var server = new VirtualServer(Options, listener => listener
            .SelectConnection(c =>
            {
                _connections.Add(c);
                return Texts(c);
            })
            .Subscribe(text =>
            {
                if (text == "bad")
                    throw new InvalidOperationException("Meant to be.");
                texts.Add(text);
            }));
        var good = server.Connect();
        var bad = server.Connect();
        Say(server, bad, "bad");
        Say(server, good, "good");
        server.Advance(TimeSpan.FromSeconds(6));
        Assert.That(texts, Is.EqualTo(new[] { "good" }));
        Assert.That(_connections[1].Closed.Result.Kind, Is.EqualTo(CloseKind.HandlerFault));
        Assert.That(server.Listener.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void In_a_plain_SelectMany_one_throw_ends_the_query()
    {
        Probe<string>? texts = null;
        var server = new VirtualServer(Options, listener => texts = listener
            .SelectMany(c => Texts(c).Select(text => text == "bad" ? throw new InvalidOperationException("Meant to be.") : text))
            .Probe());
        var good = server.Connect();
        Say(server, server.Connect(), "bad");
        Say(server, good, "good");
        Assert.That(texts!.Items, Is.Empty);
        Assert.That(texts.Error, Is.TypeOf<InvalidOperationException>());
    }

    [Test]
    public void In_a_plain_SelectMany_no_way_that_a_client_ends_ends_the_query()
    {
        Probe<string>? texts = null;
        var server = new VirtualServer(
            defaults => Options(defaults) with { IdleTimeout = TimeSpan.FromSeconds(10), SendTimeout = TimeSpan.FromSeconds(5) },
            listener => texts = (
                from connection in listener.Do(_connections.Add)
                from text in Texts(connection)
                select text).Probe());
        var good = server.Connect();
        var peers = Enumerable.Range(0, 6).Select(_ => server.Connect()).ToArray();
        foreach (var peer in peers)
            Say(server, peer, "hi");
        peers[0].Reset();
        peers[1].FinishSending();
        server.Settle();
        _connections[2].Outbound.OnCompleted();
        _connections[3].Abort();
        _connections[4].Dispose();
        peers[4].FinishSending();
        _connections[5].Outbound.OnNext(new byte[200_000]); // which it does not read
        for (var i = 0; i < 5; i++)
        {
            server.Advance(TimeSpan.FromSeconds(4));
            Say(server, good, "on");
        }

        Assert.That(_connections.Skip(1).Select(connection => connection.Closed.Result.Kind), Is.EqualTo(new[]
        {
            CloseKind.PeerReset, CloseKind.PeerClosed, CloseKind.Aborted, CloseKind.LocalClosed, CloseKind.SendTimeout, CloseKind.IdleTimeout,
        }));
        Assert.That(texts!.Items, Is.EqualTo(Enumerable.Repeat("hi", 6).Concat(Enumerable.Repeat("on", 5))));
        Assert.That((texts.IsEnded, _connections[0].Closed.IsCompleted), Is.EqualTo((false, false)));
        _ = server.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        _connections[0].Dispose();
        good.FinishSending();
        server.Settle();
        Assert.That((texts.IsEnded, texts.Error), Is.EqualTo((true, (Exception?)null)));
    }

    [Test]
    public void What_is_found_at_the_end_of_Inbound_is_not_lost([Values] bool reset)
    {
        var (server, counts) = Start(c => c.Inbound.Bytes().Sum(bytes => bytes.Length).Select(sum => $"{sum}"));
        var peer = server.Connect();
        _ = peer.SendAsync(new byte[1000]);
        if (reset)
            peer.Reset();
        else
            peer.FinishSending();
        server.Settle();
        Assert.That(counts.Items, Is.EqualTo(new[] { "1000" }));
        Assert.That(_connections.Single().Closed.Result.Kind, Is.EqualTo(reset ? CloseKind.PeerReset : CloseKind.PeerClosed));
    }

    [Test]
    public void An_inner_sequence_that_completes_closes_its_connection()
    {
        var (server, texts) = Start(c => Texts(c).Take(1));
        var peer = server.Connect();
        Say(server, peer, "once");
        Say(server, peer, "twice");
        Assert.That(new VirtualReader(server, peer).All().End!.Value.IsFin);
        Assert.That(texts.Items, Is.EqualTo(new[] { "once" }));
    }

    [Test]
    public void Disposing_closes_the_connections_and_it_completes_with_the_last_of_them([Values] bool dispose)
    {
        var (server, texts) = Start(Texts);
        var peers = Enumerable.Range(0, 3).Select(_ => server.Connect()).ToArray();
        if (dispose)
        {
            texts.Dispose();
            server.Advance(TimeSpan.FromSeconds(6));
            Assert.That(_connections.Select(c => c.Closed.Result.Kind), Has.All.EqualTo(CloseKind.ServerStopping));
            Assert.That(texts.IsEnded, Is.False);
            return;
        }

        _ = server.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        foreach (var peer in peers)
        {
            Assert.That(texts.IsEnded, Is.False);
            peer.FinishSending();
            server.Settle();
        }

        Assert.That(texts.IsEnded);
    }

    [Test]
    public void Its_connections_are_never_unclaimed()
    {
        var (server, texts) = Start(_ => Observable.Never<string>());
        server.Connect();
        server.Advance(TimeSpan.FromSeconds(1000));
        Assert.That(_connections.Single().Closed.IsCompleted, Is.False);
        Assert.That(texts.IsEnded, Is.False);
    }

    private (VirtualServer Server, Probe<string> Texts) Start(Func<IConnection, IObservable<string>> selector)
    {
        Probe<string>? texts = null;
        var server = new VirtualServer(Options, listener => texts = listener
            .SelectConnection(c =>
            {
                _connections.Add(c);
                return selector(c);
            })
            .Probe());
        return (server, texts!);
    }

    private ServerOptions Options(ServerOptions defaults) => defaults with { LoggerFactory = _log };

    private static IObservable<string> Texts(IConnection connection) =>
        connection.Inbound.Bytes().Select(bytes => Encoding.Latin1.GetString(bytes.Span));

    private static void Say(VirtualServer server, TransportPeer peer, string text)
    {
        _ = peer.SendAsync(Encoding.Latin1.GetBytes(text));
        server.Settle();
    }
}
