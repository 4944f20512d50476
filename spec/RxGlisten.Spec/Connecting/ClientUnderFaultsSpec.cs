using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Connecting;

/// <summary>A client of an echo server on networks that fail, each in another way; a failure names its seed, which repeats it.</summary>
public sealed class ClientUnderFaultsSpec
{
    private static readonly int Seeds = 500 * int.Parse(Environment.GetEnvironmentVariable("EXPLORE") ?? "1");

    [Test]
    public void Every_try_gives_a_prefix_of_the_echo_and_an_orderly_end_all_of_it_and_nothing_is_left()
    {
        var outcomes = new Dictionary<string, int>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var outcome = Run(seed);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        // The seeds are many enough for each of these; a run that can't fail would prove nothing.
        Assert.That(outcomes.Keys, Is.SupersetOf(new[] { "complete", "refused", "timed out", "lost", "left", "retried" }));
    }

    private static string Run(int seed)
    {
        var random = new DeterministicRandom(seed);
        var time = new VirtualTime();
        var network = new SimulatedNetwork(time, seed) { Link = DrawLink(random) };
        var endpoint = network.EndPoint("echo");
        var server = RxServer.Bind(endpoint, new ServerOptions { Scheduler = time, Acceptors = 2 });
        using var serving = server.Serve(c => c.Inbound.Bytes()).Subscribe();
        var question = random.Bytes(random.Between(1, 200_000));
        var tries = new List<List<byte>>();
        var options = new ClientOptions
        {
            Scheduler = time,
            ConnectTimeout = TimeSpan.FromMilliseconds(random.Between(50, 400)),
            IdleTimeout = TimeSpan.FromSeconds(20),
            MaximumAge = TimeSpan.FromSeconds(60),
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
                ConnectionClosedException => "lost",
                _ => throw new InvalidOperationException($"seed {seed}", probe.Error),
            };
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
