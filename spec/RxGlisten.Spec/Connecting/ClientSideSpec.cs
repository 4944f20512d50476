using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Connecting;

/// <summary>A connection is the same from the client's side.</summary>
public sealed class ClientSideSpec
{
    private const int FourMegabytes = 4 * 1024 * 1024;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private static IEnumerable<string> Kinds => Reaches.Names;

    private static IEnumerable<TestCaseData> Deadlines()
    {
        yield return Case("idle", o => o with { IdleTimeout = 7 * Second }, (client, _) => client.Inbound.Probe(), 7, CloseKind.IdleTimeout);
        yield return Case("send", o => o with { SendTimeout = 7 * Second }, (client, _) => client.Outbound.OnNext(new byte[1_000_000]), 7, CloseKind.SendTimeout);
        yield return Case("linger", o => o with { LingerTimeout = 7 * Second }, (client, _) => client.Dispose(), 7, CloseKind.LocalClosed);
        yield return Case("unclaimed", o => o with { UnclaimedTimeout = 7 * Second }, (_, _) => { }, 7, CloseKind.Unclaimed);
        yield return Case("age", o => o with { MaximumAge = 7 * Second }, (client, _) => client.Inbound.Probe(), 7, CloseKind.MaximumAge);
        yield return Case(
            "half open",
            o => o with { HalfOpenTimeout = 7 * Second },
            (client, server) =>
            {
                client.Inbound.Probe();
                server.Outbound.OnCompleted();
            },
            7,
            CloseKind.PeerClosed);
        yield return Case(
            "hold",
            o => o with { HoldTimeout = 7 * Second },
            (client, server) =>
            {
                client.Inbound.Probe(message => ((Packet)message).Hold());
                server.Outbound.OnNext(new byte[1]);
            },
            7,
            CloseKind.HandlerFault);

        static TestCaseData Case(
            string name, Func<ClientOptions, ClientOptions> options, Action<IConnection, IConnection> begin, int seconds, CloseKind kind) =>
            new TestCaseData(options, begin, seconds, kind).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Deadlines))]
    public void Every_timeout_comes_at_its_tick(Func<ClientOptions, ClientOptions> options, Action<IConnection, IConnection> begin, int seconds, CloseKind kind)
    {
        var pair = new VirtualServer(o => o with { HalfOpenTimeout = Timeout.InfiniteTimeSpan, UnclaimedTimeout = Timeout.InfiniteTimeSpan });
        var (client, server) = pair.Dial(o => options(o with { LingerTimeout = TimeSpan.Zero }));
        begin(client, server);
        pair.Settle();
        pair.Advance((seconds * Second) - (2 * Tick));
        Assert.That(client.Closed.IsCompleted, Is.False);
        pair.Advance(3 * Tick);
        Assert.That(client.Closed.IsCompleted);
        Assert.That(client.Closed.Result.Kind, Is.EqualTo(kind));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task A_late_subscriber_gets_every_byte(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var client = await server.DialAsync();
        var accepted = await server.AcceptAsync();
        var sent = PeerReading.Noise(500_000, 4);
        accepted.Outbound.OnNext(sent);
        accepted.Outbound.OnCompleted();
        var inbound = client.Inbound.Take(1).Concat(client.Inbound).Probe(); // and the second of them comes late
        await inbound.EndAsync();
        Assert.That(inbound.Bytes().AsSpan().SequenceEqual(sent));
        client.Dispose();
        Assert.That((await client.Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Half_closing_works_in_both_orders(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        foreach (var clientFirst in new[] { true, false })
        {
            var client = await server.DialAsync();
            var accepted = await server.AcceptAsync();
            var (first, second) = clientFirst ? (client, accepted) : (accepted, client);
            var (inFirst, inSecond) = (first.Inbound.Probe(), second.Inbound.Probe());
            first.Outbound.OnNext("question"u8.ToArray());
            first.Outbound.OnCompleted();
            await inSecond.EndAsync();
            second.Outbound.OnNext("answer"u8.ToArray());
            second.Outbound.OnCompleted();
            await inFirst.EndAsync();
            Assert.That((inSecond.Text(), inFirst.Text()), Is.EqualTo(("question", "answer")));
            Assert.That(((await first.Closed.Soon()).Kind, (await second.Closed.Soon()).Kind), Is.EqualTo((CloseKind.LocalClosed, CloseKind.PeerClosed)));
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Dispose_loses_no_tail_although_input_is_unread(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { OutboundLimitBytes = 64 * 1024 * 1024 });
        var patient = new ClientOptions { LingerTimeout = TimeSpan.FromSeconds(60), OutboundLimitBytes = 64 * 1024 * 1024 };
        var sent = PeerReading.Noise(FourMegabytes, 5);
        for (var i = 0; i < 5; i++)
        {
            var client = await server.DialAsync(patient);
            var accepted = await server.AcceptAsync();
            accepted.Outbound.OnNext(new byte[200_000]); // nobody reads this
            client.Outbound.OnNext(sent);
            client.Dispose();
            var received = accepted.Inbound.Probe(onEnd: accepted.Dispose);
            await received.EndAsync();
            Assert.That(received.Bytes().AsSpan().SequenceEqual(sent));
            Assert.That((await client.Closed.Soon()).Kind, Is.EqualTo(CloseKind.LocalClosed));
        }
    }

    [Test]
    public void Reading_stops_while_the_client_holds_and_the_server_feels_it()
    {
        var pair = new VirtualServer(o => o with { SendTimeout = 10 * Second }, windowBytes: 10_000);
        var (client, server) = pair.Dial();
        IDisposable? hold = null;
        var inbound = client.Inbound.Probe(message => hold ??= ((Packet)message).Hold());
        server.Outbound.OnNext(new byte[100_000]);
        pair.Settle();
        Assert.That((inbound.Bytes().Length, server.Outbound.QueuedBytes > 50_000), Is.EqualTo((10_000, true)));
        hold!.Dispose();
        pair.Settle();
        Assert.That((inbound.Bytes().Length, server.Outbound.QueuedBytes), Is.EqualTo((100_000, 0)));
    }

    [Test]
    public void An_abnormal_closure_is_an_error_where_that_is_asked_for_and_a_completion_otherwise()
    {
        var pair = new VirtualServer();
        var (plain, server) = pair.Dial();
        var (strict, otherServer) = pair.Dial(o => o with { AbnormalClosure = AbnormalClosure.Error });
        var (completing, failing) = (plain.Inbound.Probe(), strict.Inbound.Probe());
        server.Abort();
        otherServer.Abort();
        pair.Settle();
        Assert.That((completing.IsEnded, completing.Error), Is.EqualTo((true, (Exception?)null)));
        Assert.That(failing.Error, Is.InstanceOf<ConnectionClosedException>());
    }

    [Test]
    public void A_client_s_stop_of_the_server_is_the_server_s_alone()
    {
        var pair = new VirtualServer();
        var (client, server) = pair.Dial();
        client.Inbound.Probe();
        var stopping = pair.Listener.StopAsync(Second);
        pair.Settle();
        Assert.That((server.Draining.IsCancellationRequested, client.Draining.IsCancellationRequested), Is.EqualTo((true, false)));
        pair.Advance(Second);
        Assert.That((stopping.IsCompleted, client.Closed.Result.Kind), Is.EqualTo((true, CloseKind.PeerReset)));
    }
}
