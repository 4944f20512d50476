using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Testing.Doubles;
using RxGlisten.Spec.Transports.Tls.Doubles;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>
/// Encrypted connections, and how they end, under whatever a network can do to them: close_notify, streams that are cut, resets during the handshake and the close.
/// A stream that was cut is never taken for one that ended, and close_notify never comes before the last byte.
/// </summary>
public sealed class ExploringTlsSpec
{
    private static readonly TlsOptions s_tls = TlsOptions.FromCertificate(TestAuthority.Localhost);

    [Test]
    public void An_echo_gives_back_what_it_got_and_an_end_is_one_only_if_it_was_said() => Explored.Run(400, scenario =>
    {
        var talkers = new List<TlsTalker>();
        Serve(scenario, Listen(scenario), talkers, (talker, c) => talker.Serve(c));
        for (var i = 0; i < 2; i++)
            Talk(scenario, talkers, 800);
    });

    [Test]
    public void A_reply_after_the_peer_s_close_notify_arrives_before_the_own() => Explored.Run(300, scenario =>
    {
        var talkers = new List<TlsTalker>();
        Serve(scenario, Listen(scenario), talkers, (talker, c) => talker.Serve(c).ToList()
            .Delay(TimeSpan.FromMilliseconds(5), scenario.Scheduler)
            .Select(all => (ReadOnlyMemory<byte>)all.SelectMany(bytes => bytes.ToArray()).ToArray()));
        Talk(scenario, talkers, 300);
    });

    [Test]
    public void A_server_that_says_something_long_and_closes_is_heard_to_the_end() => Explored.Run(300, scenario =>
    {
        var talkers = new List<TlsTalker>();
        Serve(scenario, Listen(scenario, options => options with { OutboundHighWaterBytes = 1_000 }), talkers, (talker, c) =>
            talker.Serve(c).Take(1).Select(_ => (ReadOnlyMemory<byte>)scenario.Random.Bytes(scenario.Random.Between(1, 40_000))));
        Talk(scenario, talkers, 200);
    });

    [Test]
    public void Dispose_abort_throw_and_stop_at_any_time_end_a_connection_once() => Explored.Run(400, scenario =>
    {
        var talkers = new List<TlsTalker>();
        var throws = false;
        IConnection? connection = null;
        var listener = Listen(scenario, options => options with
        {
            LingerTimeout = TimeSpan.FromMilliseconds(scenario.Random.Between(1, 40)),
            Tls = s_tls with
            {
                HandshakeTimeout = TimeSpan.FromMilliseconds(scenario.Random.Pick([1, 4, 10_000])), HandshakeLimit = scenario.Random.Pick([1, 2, 1_024]),
            },
        });
        Serve(scenario, listener, talkers, (talker, c) =>
        {
            connection = c;
            return talker.Serve(c).Do(_ =>
            {
                if (throws)
                    throw new InvalidOperationException("planned");
            });
        });
        for (var i = 0; i < 3; i++)
            Talk(scenario, talkers, 200);
        void May(string name, Action<IConnection> action) => scenario.May(name, () =>
        {
            if (connection is not { } c)
                return;
            Cut(scenario, talkers, c);
            action(c);
        });
        May("dispose", c => c.Dispose());
        May("abort", c => c.Abort());
        May("throw", _ => throws = true);
        May("finish", c => c.Outbound.OnCompleted());
        May("fail", c => c.Outbound.OnError(new IOException("planned")));
        scenario.May("stop", () =>
        {
            foreach (var c in listener.Connections)
                Cut(scenario, talkers, c);
            listener.StopAsync(TimeSpan.FromMilliseconds(scenario.Random.Next(10)));
        });
    });

    [Test]
    public void A_server_that_closes_without_having_read_knows_a_stream_that_was_cut_from_one_that_ended()
    {
        var kinds = new HashSet<(CloseKind, bool)>();
        Explored.Run(400, scenario => CloseUnread(scenario, reason => kinds.Add((reason.Kind, reason.Detail.Contains("close_notify", StringComparison.Ordinal)))));
        Assert.That(kinds, Is.SupersetOf(new[] { (CloseKind.PeerReset, true), (CloseKind.PeerClosed, false), (CloseKind.LocalClosed, false) }));
    }

    [Test]
    public void The_same_seed_gives_the_same_run()
    {
        // Ciphertext is random, and its lengths are not: without that a failure could not be found again.
        string Ends(int seed)
        {
            var ends = "";
            var options = new ExplorationOptions { FirstSeed = seed };
            Exploration.Explore(20, scenario =>
            {
                var talkers = new List<TlsTalker>();
                Serve(scenario, Listen(scenario), talkers, (talker, c) => talker.Serve(c));
                var talker = Talk(scenario, talkers, 800);
                scenario.Then(() => ends +=
                    $"{talker.Connection?.Closed.Result.Kind} {talker.Client.EndTime} {talker.Told.Length} {talker.Client.SentBytes.Length} {talker.Client.ReceivedBytes.Length}; ");
            }, options);
            return ends;
        }

        var ends = Ends(1);
        Assert.That(Ends(1), Is.EqualTo(ends));
        Assert.That(ends, Does.Contain("PeerClosed").And.Contain("PeerReset"), "some were cut, and some ended");
    }

    private static void CloseUnread(Scenario scenario, Action<CloseReason> ended)
    {
        var talkers = new List<TlsTalker>();
        Serve(scenario, Listen(scenario), talkers, (talker, c) =>
        {
            talker.Serve(c); // and subscribes to nothing of it
            return Observable.Timer(TimeSpan.FromMilliseconds(scenario.Random.Between(1, 40)), scenario.Scheduler)
                .Select(_ => (ReadOnlyMemory<byte>)scenario.Random.Bytes(scenario.Random.Between(1, 400)));
        });
        for (var i = 0; i < 3; i++)
        {
            var talker = Talk(scenario, talkers, 200);
            scenario.Then(() =>
            {
                if (talker.Connection is { } connection)
                    ended(connection.Closed.Result);
            });
        }
    }

    private static IListener Listen(Scenario scenario, Func<ServerOptions, ServerOptions>? configure = null) =>
        scenario.Listen(options => configure?.Invoke(options with { Tls = s_tls }) ?? options with { Tls = s_tls });

    private static void Serve(
        Scenario scenario, IListener listener, List<TlsTalker> talkers, Func<TlsTalker, IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline) =>
        scenario.Observe(
            listener.Serve(c =>
            {
                var talker = talkers.Single(talker => talker.Client.LocalEndPoint.Equals(c.RemoteEndPoint));
                return talker.Answers(pipeline(talker, c));
            }),
            "Serve");

    private static TlsTalker Talk(Scenario scenario, List<TlsTalker> talkers, int most)
    {
        var talker = new TlsTalker(scenario.Connect());
        talkers.Add(talker);
        talker.Say(scenario.Random.Bytes(5));
        for (var i = 1; i < 4; i++)
            scenario.At(TimeSpan.FromMilliseconds(4 * i), () => talker.Say(scenario.Random.Bytes(scenario.Random.Between(1, most))));
        scenario.At(TimeSpan.FromMilliseconds(16), talker.Finish);
        scenario.Then(() =>
        {
            Check(scenario, talker);
            talker.Release();
        });
        return talker;
    }

    private static void Cut(Scenario scenario, List<TlsTalker> talkers, IConnection connection)
    {
        scenario.Cuts(connection);
        foreach (var talker in talkers.Where(talker => ReferenceEquals(talker.Connection, connection) || talker.Client.LocalEndPoint.Equals(connection.RemoteEndPoint)))
            talker.IsCut = true;
    }

    private static void Check(Scenario scenario, TlsTalker talker)
    {
        void Fail(string what) => scenario.Fail($"{talker.Client.LocalEndPoint}: {what}.");
        if (talker.Bug is { } bug)
            Fail($"its TLS failed: {bug}");
        if (!talker.Said.StartsWith(talker.Told))
            Fail($"the server was told {talker.Told.Length} bytes that are not those that were said");
        if (!talker.Answered.StartsWith(talker.Heard))
            Fail($"{talker.Heard.Length} bytes were heard that are not those that were answered");
        if (talker.Connection?.Closed.Result.Kind is not { } kind)
            return;
        if (kind == CloseKind.PeerClosed && !talker.SaidGoodbye)
            Fail("the server says that it ended orderly, and it never said so");
        if (kind == CloseKind.PeerClosed && talker.ServerSawTheEnd && !talker.IsCut && talker.Told.Length < talker.Said.Length)
            Fail($"it ended orderly, and the server was told {talker.Told.Length} of {talker.Said.Length} bytes");
        if (talker.HeardGoodbye && !talker.IsCut && kind is CloseKind.PeerClosed or CloseKind.LocalClosed && talker.Heard.Length < talker.Answered.Length)
            Fail($"the server said goodbye after {talker.Heard.Length} of {talker.Answered.Length} bytes ({kind})");
    }
}
