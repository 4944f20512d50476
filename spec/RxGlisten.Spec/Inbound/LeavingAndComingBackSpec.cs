using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Inbound;

/// <summary>Subscribers that come late, leave and come back, over every kind of endpoint.</summary>
public sealed class LeavingAndComingBackSpec
{
    private static IEnumerable<string> Kinds => Reaches.Names;

    [TestCaseSource(nameof(Kinds))]
    public async Task A_peer_that_sends_before_anybody_reads_is_held_back_and_loses_nothing(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        var sent = Pattern(32 * 1024 * 1024);
        var sending = peer.SendAsync(sent);
        Assert.That(sending.IsCompleted, Is.False);
        var at = 0;
        var isExact = true;
        var probe = connection.Inbound.Bytes().Select(part =>
        {
            isExact &= part.Span.SequenceEqual(sent.AsSpan(at, part.Length));
            return at += part.Length;
        }).Probe();
        await sending.Soon();
        peer.FinishSending();
        await probe.EndAsync();
        Assert.That((isExact, at), Is.EqualTo((true, sent.Length)));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Whoever_leaves_and_comes_back_at_random_gets_every_byte_once_and_in_order(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = 3000 });
        var (connection, peer) = await server.PairAsync();
        var sent = Pattern(1_000_000);
        var sending = SendInPiecesAsync(peer, sent);
        var received = new List<byte>();
        var ended = false;
        var calls = 0;
        var random = new Random(11);
        for (var cycle = 0; !Volatile.Read(ref ended); cycle++)
        {
            var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var seat = new SingleAssignmentDisposable();
            var packets = random.Next(1, 20);
            seat.Disposable = connection.Inbound.Subscribe(Observer.Create<Message>(
                message =>
                {
                    Assert.That(Interlocked.Increment(ref calls), Is.EqualTo(1));
                    received.AddRange(((Packet)message).Data.Span);
                    if (--packets == 0)
                    {
                        seat.Dispose();
                        left.TrySetResult();
                    }

                    Interlocked.Decrement(ref calls);
                },
                error => left.TrySetException(error),
                () =>
                {
                    Volatile.Write(ref ended, true);
                    left.TrySetResult();
                }));
            if (cycle % 2 == 0)
                await left.Task.Soon();
            else
                Thread.SpinWait(random.Next(2000));
            seat.Dispose();
        }

        await sending.Soon();
        Assert.That(received.Count, Is.EqualTo(sent.Length));
        Assert.That(received.ToArray().AsSpan().SequenceEqual(sent));
        Assert.That(connection.Closed.IsCompleted, Is.False);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Taking_one_packet_at_a_time_for_ever_loses_nothing(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = 3000 });
        var (connection, peer) = await server.PairAsync();
        var sent = Pattern(300_000);
        var sending = SendInPiecesAsync(peer, sent);
        var probe = Observable.Defer(() => connection.Inbound.Bytes().Take(1)).Repeat(sent.Length)
            .Scan(Array.Empty<byte>(), static (all, part) => [.. all, .. part.Span])
            .TakeUntil(all => all.Length == sent.Length)
            .TakeLast(1)
            .Probe();
        var all = (await probe.CountAsync(1))[0];
        await sending.Soon();
        Assert.That(all.AsSpan().SequenceEqual(sent));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Of_many_concurrent_subscribers_one_is_taken_and_all_others_are_told_so(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach);
        var (connection, peer) = await server.PairAsync();
        var probes = new Probe<Message>[8];
        Parallel.For(0, probes.Length, i => probes[i] = connection.Inbound.Probe());
        await Patience.UntilAsync(() => probes.Count(probe => probe.IsEnded) == 7, "seven of eight are refused");
        await peer.SendAsync("hello"u8.ToArray()).Soon();
        peer.FinishSending();
        var seated = probes.Single(probe => probe.Error is null);
        await seated.EndAsync();
        Assert.That(seated.Text(), Is.EqualTo("hello"));
        Assert.That(probes.Count(probe => probe.Error is InvalidOperationException), Is.EqualTo(7));
    }

    private static byte[] Pattern(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static async Task SendInPiecesAsync(Transports.ITestPeer peer, byte[] bytes)
    {
        var random = new Random(2);
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(random.Next(1, 8000), bytes.Length - at);
            await peer.SendAsync(bytes.AsMemory(at, count));
            at += count;
            if (random.Next(4) == 0)
                await Task.Yield();
        }

        peer.FinishSending();
    }
}
