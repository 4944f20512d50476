using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Handling;

/// <summary>Slow steps behind fast senders, over every kind of endpoint: the bound holds, and TCP holds the sender back.</summary>
public sealed class SelectAsyncOverSocketsSpec
{
    private const int PacketBytes = 32 * 1024;
    private const long SlackBytes = 8 * 1024 * 1024;

    [TestCaseSource(typeof(Reaches), nameof(Reaches.WithTls))]
    public async Task A_fast_sender_is_held_back_by_a_slow_step_and_every_byte_arrives_in_order(string kind)
    {
        const int Packets = 4, MostRunning = 3, Senders = 4, Slow = 60, ASample = 10;
        const long Each = 48 * 1024 * 1024;
        using var reach = Reaches.Of(kind);
        using var open = new SemaphoreSlim(0);
        var inFlight = new int[Senders];
        var most = 0;
        var started = 0;
        var ended = 0;
        var options = new ServerOptions { FlowControl = FlowControl.Count(Packets), ReceiveBufferBytes = PacketBytes };
        await using var server = new TestServer(reach, options);
        var received = new long[Senders];
        var sent = new long[Senders];
        var probes = new List<Probe<int>>();
        var sending = new List<Task>();
        for (var i = 0; i < Senders; i++)
        {
            var (connection, peer) = await server.PairAsync();
            var own = i;
            var packets = connection.Inbound.OfType<Packet>().Do(_ => Note(Interlocked.Increment(ref inFlight[own])));
            var lengths = packets.SelectAsync((packet, cancellation) => Step(packet, cancellation), MostRunning);
            probes.Add(lengths.Probe(length =>
            {
                received[own] += length;
                Interlocked.Decrement(ref inFlight[own]);
            }));
            sending.Add(SendAsync(peer, own));
        }

        // All steps wait, so all that can be under way is: nothing moves any more.
        await Patience.UntilAsync(() => Volatile.Read(ref started) == Senders * MostRunning, "as many steps run as may");
        var (last, still) = (-1L, 0);
        await Patience.UntilAsync(IsStill, "nothing moves");
        Assert.That(inFlight, Is.All.EqualTo(Packets), "as many packets are on hold as may");
        Assert.That(sent, Is.All.LessThan(Each / 2), "the senders wait: nobody reads what they send");
        Assert.That(received, Is.All.Zero);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var step = 1; step <= Slow; step++)
        {
            open.Release();
            var due = step;
            await Patience.UntilAsync(() => Volatile.Read(ref ended) == due && Volatile.Read(ref started) >= (Senders * MostRunning) + due - Senders, "one step ends, and another begins");
            if (step % ASample == 0)
                Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(SlackBytes), "while steps are slow nothing piles up");
        }

        Assert.That(sent, Is.All.LessThan(Each / 2), "the senders are held back, however long it takes");
        open.Release(int.MaxValue / 2);
        await Patience.UntilAsync(() => received.Sum() > Senders * Each / 2, "half of it was received");
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        await Task.WhenAll(sending).Soon();
        foreach (var probe in probes)
            await probe.EndAsync();
        Assert.That(received, Is.All.EqualTo(Each));
        Assert.That(most, Is.EqualTo(Packets), "packets in flight never exceed the bound");
        Assert.That(grown, Is.LessThan(24 * 1024 * 1024), "memory does not grow with what passes through");

        void Note(int now)
        {
            int known;
            while (now > (known = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, now, known) != known)
            {
            }
        }

        async ValueTask<int> Step(Packet packet, CancellationToken cancellation)
        {
            Interlocked.Increment(ref started);
            await open.WaitAsync(cancellation).ConfigureAwait(false);
            Interlocked.Increment(ref ended);
            return packet.Data.Length;
        }

        async Task SendAsync(Transports.ITestPeer peer, int own)
        {
            var chunk = new byte[64 * 1024];
            for (; sent[own] < Each; sent[own] += chunk.Length)
                await peer.SendAsync(chunk).ConfigureAwait(false);
            peer.FinishSending();
        }

        bool IsStill()
        {
            var sum = sent.Sum() + inFlight.Sum();
            (last, still) = (sum, sum == last ? still + 1 : 0);
            return still == 40;
        }
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.WithTls))]
    public async Task Steps_that_end_on_any_thread_keep_the_order_and_the_grammar(string kind)
    {
        const int Lines = 20_000;
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { FlowControl = FlowControl.Count(3), ReceiveBufferBytes = 700 });
        var (connection, peer) = await server.PairAsync();
        var numbers = connection.Inbound.Bytes().Lines(20)
            .SelectAsync(
                (line, _) => int.Parse(line) % 3 == 0 ? new ValueTask<string>(line) : new ValueTask<string>(Task.Run(() => line)),
                maxConcurrent: 8)
            .SelectAsync(
                async (line, _) =>
                {
                    if (int.Parse(line) % 7 == 0)
                        await Task.Yield();
                    return int.Parse(line);
                },
                maxConcurrent: 2);
        var probe = numbers.Probe();
        var text = string.Concat(Enumerable.Range(0, Lines).Select(i => $"{i}\n"));
        await peer.SendAsync(System.Text.Encoding.Latin1.GetBytes(text)).Soon();
        peer.FinishSending();
        await probe.EndAsync();
        Assert.That(probe.Items, Is.EqualTo(Enumerable.Range(0, Lines)));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.WithTls))]
    public async Task Leaving_at_any_moment_loses_no_credit(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { FlowControl = FlowControl.Count(2), ReceiveBufferBytes = 100 });
        var (connection, peer) = await server.PairAsync();
        var random = new Random(5);
        var sending = peer.SendAsync(new byte[3_000_000]);
        for (var i = 0; i < 300; i++)
        {
            var steps = connection.Inbound.OfType<Packet>().SelectAsync(
                async (packet, cancellation) =>
                {
                    await Task.Yield();
                    cancellation.ThrowIfCancellationRequested();
                    return packet;
                },
                maxConcurrent: 3);
            if (random.Next(2) == 0)
            {
                await steps.Take(random.Next(1, 4)).Probe().EndAsync(); // leaves inside an emission
            }
            else
            {
                using (steps.Probe())
                    Thread.SpinWait(random.Next(2000));
            }
        }

        var rest = connection.Inbound.Probe();
        await sending.Soon();
        peer.FinishSending();
        await rest.EndAsync();
        await Patience.UntilAsync(() => ((Connection)connection).Inbound.OldestHeld is null, "the last step has ended");
    }
}
