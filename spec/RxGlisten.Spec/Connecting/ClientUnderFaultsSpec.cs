using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Connecting.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Testing;
using RxGlisten.Spec.Transports.Tls.Doubles;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Connecting;

/// <summary>A client of an echo server on networks that fail, each in another way; a failure names its seed, which repeats it.</summary>
public sealed class ClientUnderFaultsSpec
{
    private static readonly int Times = int.Parse(Environment.GetEnvironmentVariable("EXPLORE") ?? "1");

    // A name for each seed: sessions are kept by name, and a handshake that resumes one is shorter.
    private static readonly TlsOptions Tls = TlsOptions.FromCertificate(TestAuthority.Trusted.IssueServer("*.faults.example"));

    [Test]
    public void Every_try_gives_a_prefix_of_the_echo_and_an_orderly_end_all_of_it_and_nothing_is_left() =>
        Explore(500, isSecure: false, "complete", "refused", "timed out", "lost", "left", "retried");

    [Test]
    public void So_it_is_with_tls_also_where_the_stream_is_cut_by_an_orderly_end_below() =>
        Explore(300, isSecure: true, "complete", "refused", "timed out", "lost", "left", "retried", "no handshake");

    private static void Explore(int seeds, bool isSecure, params string[] expected)
    {
        var outcomes = new Dictionary<string, int>();
        for (var seed = 0; seed < seeds * Times; seed++)
        {
            var outcome = Run(seed, isSecure);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        // The seeds are many enough for each of these; a run that can't fail would prove nothing.
        TestContext.Out.WriteLine(string.Join(", ", outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}")));
        Assert.That(outcomes.Keys, Is.SupersetOf(expected));
    }

    private static string Run(int seed, bool isSecure)
    {
        var random = new DeterministicRandom(seed);
        var time = new VirtualTime();
        var link = DrawLink(random);
        var network = new SimulatedNetwork(time, seed) { Link = isSecure ? DrawEarlyFaults(link, random) : link };
        var endpoint = network.EndPoint("echo");
        EndPoint cut = new FaultyEndPoint(endpoint, accepted => random.Chance(1, 4) ? new CutConnection(accepted, random.Between(1, random.Chance(1, 2) ? 3_000 : 200_000)) : accepted);
        var server = RxServer.Bind(isSecure ? cut : endpoint, new ServerOptions { Scheduler = time, Acceptors = 2, Tls = isSecure ? Tls : null });
        using var serving = server.Serve(c => c.Inbound.Bytes()).Subscribe();
        var question = random.Bytes(random.Between(1, 200_000));
        var tries = new List<List<byte>>();
        var options = new ClientOptions
        {
            Scheduler = time,
            ConnectTimeout = TimeSpan.FromMilliseconds(random.Between(50, 400)),
            IdleTimeout = TimeSpan.FromSeconds(20),
            MaximumAge = TimeSpan.FromSeconds(60),
            Tls = isSecure ? new TlsClientOptions { ServerName = $"{seed}.faults.example", Authorities = [TestAuthority.Trusted.Root] } : null,
        };
        var answer = RxClient.Use(
            endpoint,
            c =>
            {
                var heard = new List<byte>();
                tries.Add(heard);
                c.Outbound.OnNext(question);
                c.Outbound.OnCompleted();
                return c.Inbound.Bytes().Do(bytes => heard.AddRange(bytes.ToArray())).Count(); // an element at the end alone: each would start the attempts over
            },
            options);
        if (random.Chance(1, 2))
            answer = answer.RetryBackOff(new BackOffOptions { Attempts = 3, Seed = seed }, time);
        var probe = answer.Probe();
        var leaves = random.Chance(1, 8);
        if (leaves)
        {
            time.AdvanceBy(TimeSpan.FromMilliseconds(random.Between(0, 500)));
            leaves = !probe.IsEnded;
            probe.Dispose();
        }

        Assert.That(time.Run(TimeSpan.FromMinutes(20)), $"seed {seed}: something goes on for ever");
        Assert.That(leaves || probe.IsEnded, $"seed {seed}: it ended");
        foreach (var heard in tries)
            Assert.That(question.AsSpan().StartsWith(heard.ToArray()), $"seed {seed}: {heard.Count} bytes of one try are a prefix of {question.Length}");
        if (probe.IsEnded && probe.Error is null)
            Assert.That(tries[^1], Has.Count.EqualTo(question.Length), $"seed {seed}: complete means complete");
        server.StopAsync(TimeSpan.Zero);
        time.Run(TimeSpan.FromMinutes(30));
        Assert.That((network.OpenCount, time.Pending), Is.EqualTo((0, 0)), $"seed {seed}: nothing is left");
        return leaves ? "left"
            : probe.Error switch
            {
                null => tries.Count > 1 ? "retried" : "complete",
                ConnectException { SocketError: SocketError.ConnectionRefused } => "refused",
                ConnectException { SocketError: SocketError.TimedOut } => "timed out",
                ConnectException when isSecure => "no handshake",
                ConnectionClosedException => "lost",
                _ => throw new InvalidOperationException($"seed {seed}", probe.Error),
            };
    }

    private static LinkSettings DrawEarlyFaults(LinkSettings link, DeterministicRandom random)
    {
        var direction = random.Pick([TraceDirection.ToServer, TraceDirection.ToClient]);
        if (random.Chance(1, 8))
            link = link.With(new Fault { Kind = FaultKind.Reset, Direction = direction, AtByte = random.Between(0, 3_000) });
        if (random.Chance(1, 8))
            link = link.With(new Fault { Kind = FaultKind.Stall, Direction = direction, AtByte = random.Between(0, 3_000), For = TimeSpan.FromSeconds(random.Between(1, 90)) });
        return link;
    }

    private static LinkSettings DrawLink(DeterministicRandom random)
    {
        var link = new LinkSettings
        {
            Latency = TimeSpan.FromMilliseconds(random.Between(0, 60)),
            Jitter = TimeSpan.FromMilliseconds(random.Between(0, 40)),
            WindowBytes = random.Between(1_000, 70_000),
            LargestPieceBytes = random.Chance(1, 2) ? random.Between(1_000, 20_000) : null,
            IsRefused = random.Chance(1, 20),
        };
        if (random.Chance(1, 10))
            link = link with { Latency = TimeSpan.FromMilliseconds(random.Between(60, 500)) };
        var direction = random.Pick([TraceDirection.ToServer, TraceDirection.ToClient]);
        if (random.Chance(1, 4))
            link = link.With(new Fault { Kind = FaultKind.Reset, Direction = direction, AtByte = random.Between(0, 200_000) });
        if (random.Chance(1, 4))
            link = link.With(new Fault { Kind = FaultKind.Reset, At = TimeSpan.FromMilliseconds(random.Between(0, 1_000)) });
        if (random.Chance(1, 4))
        {
            link = link.With(new Fault
            {
                Kind = FaultKind.Stall, Direction = direction, AtByte = random.Between(0, 200_000), For = TimeSpan.FromSeconds(random.Between(1, 90)),
            });
        }

        return link;
    }
}
