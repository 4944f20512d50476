using System.Diagnostics;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Clients that mean no good, among clients that do.</summary>
public sealed class TlsStressSpec
{
    private const int Bad = 500;
    private const int Honest = 200;

    private static readonly TimeSpan Tenth = TimeSpan.FromSeconds(0.1);

    [Test]
    public async Task Clients_that_say_nothing_garbage_or_half_a_hello_are_gone_in_time_and_honest_ones_do_not_notice([Values("tcp v4", "tcp v4 over sockets")] string kind)
    {
        // On a busy machine all clients are slow: then what counts is that the bad ones make no difference, in one of three tries.
        for (var (tries, timeout) = (3, TimeSpan.FromSeconds(5)); ; tries--, timeout *= 2)
        {
            var among = await AmongBadOnesAsync(kind, 1024, timeout);
            if (among < Tenth)
                return;
            var alone = await AloneAsync(kind);
            if (among < 2 * alone)
                return;
            Assert.That(tries, Is.GreaterThan(1), $"a p99 of {among.TotalMilliseconds:0} ms among {Bad} bad clients, and of {alone.TotalMilliseconds:0} ms without");
        }
    }

    [Test]
    public async Task More_of_them_than_handshakes_are_allowed_keep_nobody_out_for_good([Values("tcp v4", "tcp v4 over sockets")] string kind) =>
        await AmongBadOnesAsync(kind, 64, TimeSpan.FromSeconds(3));

    /// <summary>Connects bad clients, then honest ones, and sees all of them end as they should.</summary>
    /// <returns>The honest ones' p99; infinite if it took so long that the bad ones were gone.</returns>
    private static async Task<TimeSpan> AmongBadOnesAsync(string kind, int handshakes, TimeSpan timeout)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        var options = TlsServingSpec.Options(tls => tls with { HandshakeTimeout = timeout, HandshakeLimit = handshakes });
        await using var server = new TestServer(
            reach, options with { MaxConnections = 2_000, MeterFactory = meters }, listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var ledger = server.Listener.Ledger;
        await EchoAsync(server);
        await Patience.UntilAsync(() => ledger.Closed == 1, "the first one is closed");
        var sockets = OpenSockets.Count();
        var bad = new List<BadClient>();
        var age = Stopwatch.StartNew();
        for (var i = 0; i < Bad; i++)
            bad.Add(await BadClient.ConnectAsync(server.Listener.LocalEndPoint, i));
        var quiet = bad.Where(client => client.IsQuiet).ToList();
        var hasRoom = handshakes > Bad;
        if (hasRoom)
            await Task.WhenAll(bad.Except(quiet).Select(client => client.Ended)).Soon();

        var p99 = await EchoesAsync(server, $"among {Bad} others, at a limit of {handshakes}");
        var handshaking = ledger.Handshaking;
        if (age.Elapsed > timeout)
            p99 = TimeSpan.MaxValue;
        else if (hasRoom)
            Assert.That(handshaking, Is.EqualTo(quiet.Count), "those that said too little were there all the time");

        foreach (var client in bad)
        {
            var ended = await client.Ended.WaitAsync(timeout + TimeSpan.FromSeconds(10));
            if (hasRoom && client.IsQuiet)
                Assert.That(ended, Is.InRange(timeout - Tenth, timeout + TimeSpan.FromSeconds(10)));
            client.Dispose();
        }

        await Patience.UntilAsync(() => ledger.Handshaking == 0 && ledger.Accepted == ledger.Closed, "every connection is closed");
        Assert.That(ledger.Accepted, Is.EqualTo(1 + Bad + Honest));
        await Patience.UntilAsync(() => meters["rxglisten.tls.handshakes.failed"] >= Bad, "every failure is counted"); // each in a turn after its close
        Assert.That(meters["rxglisten.tls.handshakes.failed"], Is.EqualTo(Bad));
        Assert.That(meters["rxglisten.connections.closed"], Is.EqualTo(1 + Bad + Honest));
        Assert.That(server.Listener.Slots.Free, Is.EqualTo(2_000 - 10), "the acceptors hold one each");
        await Patience.UntilAsync(() => OpenSockets.Count() <= sockets, $"there are no more than {sockets} sockets");
        return p99;
    }

    private static async Task<TimeSpan> AloneAsync(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, TlsServingSpec.Options(), listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        await EchoAsync(server);
        return await EchoesAsync(server, "alone");
    }

    /// <summary>Honest clients, four at a time; gives the p99 of their times.</summary>
    private static async Task<TimeSpan> EchoesAsync(TestServer server, string what)
    {
        var times = new List<TimeSpan>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < Honest / 4; i++)
            {
                var watch = Stopwatch.StartNew();
                await EchoAsync(server);
                lock (times)
                    times.Add(watch.Elapsed);
            }
        })).WaitAsync(TimeSpan.FromSeconds(60));
        times.Sort();
        var (median, p99) = (times[Honest / 2], times[Honest * 99 / 100]);
        TestContext.Out.WriteLine($"{Honest} honest clients {what}: connected and echoed in {median.TotalMilliseconds:0.0} ms (median), {p99.TotalMilliseconds:0.0} ms (p99)");
        return p99;
    }

    private static async Task EchoAsync(TestServer server)
    {
        using var peer = await TlsServingSpec.ConnectAsync(server);
        await peer.Handshake.Soon();
        await peer.SendAsync("hello"u8.ToArray()).Soon();
        Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    public async Task Connections_that_end_in_every_way_at_once_leave_nothing_behind([Values("tcp v4", "unix", "tcp v4 over sockets")] string kind)
    {
        using var reach = Reaches.Of(kind);
        var options = TlsServingSpec.Options() with { MaxConnections = 500, LingerTimeout = TimeSpan.FromMilliseconds(200), UnclaimedTimeout = TimeSpan.FromSeconds(1) };
        var random = new Random(7);
        await using var server = new TestServer(reach, options, listener => listener.Probe(connection =>
        {
            int way;
            lock (random)
                way = random.Next(6);
            switch (way)
            {
                case 0: connection.Dispose(); break;
                case 1: connection.Abort(); break;
                case 2: connection.Outbound.OnNext(new byte[200_000]); connection.Dispose(); break;
                case 3: connection.Inbound.Subscribe(message => connection.Outbound.OnNext(((Packet)message).Data), _ => { }, connection.Dispose); break;
                case 4: connection.Inbound.Subscribe(_ => Task.Run(connection.Abort)); break;
                default: connection.Outbound.OnCompleted(); connection.Inbound.Subscribe(_ => { }); break;
            }
        }));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            var chance = new Random(worker);
            for (var i = 0; i < 40; i++)
            {
                using var peer = await TlsServingSpec.ConnectAsync(server);
                try
                {
                    await peer.Handshake.Soon();
                    await peer.SendAsync(new byte[chance.Next(1, 100_000)]).Soon();
                    if (chance.Next(2) == 0)
                        await peer.ReceiveAsync().Soon();
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    // The server was faster.
                }

                switch (chance.Next(4))
                {
                    case 0: peer.Reset(); break;
                    case 1: peer.Cut(); break;
                    case 2: peer.Close(); break;
                }
            }
        })).WaitAsync(TimeSpan.FromSeconds(120));
        var ledger = server.Listener.Ledger;
        await Patience.UntilAsync(() => ledger.Accepted == 320 && ledger.Closed == 320, "every connection is closed");
        Assert.That(server.Listener.Slots.Free, Is.EqualTo(500 - 10), "the acceptors hold one each");
    }

    [Test]
    public async Task Many_bytes_are_exact_both_ways_at_once_at_bounded_memory(
        [Values("tcp v4", "unix", "tcp v4 over sockets", "unix over sockets", "memory")] string kind) => await TransferAsync(kind, 64 << 20);

    [TestCase("tcp v4")]
    [TestCase("unix")]
    [TestCase("tcp v4 over sockets", Explicit = true)]
    [TestCase("unix over sockets", Explicit = true)]
    public async Task A_gibibyte_is_exact_both_ways_at_bounded_memory(string kind) => await TransferAsync(kind, 1 << 30);

    /// <summary>Sends a pattern both ways at once, and checks each byte, and now and then what is in use.</summary>
    private static async Task TransferAsync(string kind, int bytes)
    {
        var before = InUse();
        var nativeBefore = NativeInUse();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, TlsServingSpec.Options());
        using var peer = await TlsServingSpec.ConnectAsync(server);
        var connection = await server.AcceptAsync();
        long most = 0, mostNative = 0, up = 0, looked = 0;
        var wrong = false;
        var ended = new TaskCompletionSource();
        connection.Inbound.Bytes().Subscribe(
            piece =>
            {
                wrong |= !Matches(piece.Span, up);
                up += piece.Length;
                if (up < looked)
                    return;
                looked += bytes / 16;
                most = Math.Max(most, InUse());
                mostNative = Math.Max(mostNative, NativeInUse());
            },
            ended.SetException,
            ended.SetResult);
        var sendsDown = Task.Run(async () =>
        {
            var piece = new byte[100_000];
            for (var sent = 0; sent < bytes; sent += piece.Length)
            {
                var next = piece.AsMemory(0, Math.Min(piece.Length, bytes - sent));
                Fill(next.Span, sent);
                await connection.Outbound.SendAsync(next);
            }

            connection.Outbound.OnCompleted();
        });
        var sendsUp = Task.Run(async () =>
        {
            var piece = new byte[100_000];
            for (var sent = 0; sent < bytes; sent += piece.Length)
            {
                var next = piece.AsMemory(0, Math.Min(piece.Length, bytes - sent));
                Fill(next.Span, sent);
                await peer.SendAsync(next);
            }

            peer.FinishSending();
        });
        long down = 0;
        while (true)
        {
            var received = await peer.ReceiveAsync().Soon();
            Assert.That(received.Error, Is.EqualTo(SocketError.Success));
            if (received.IsFin)
                break;
            Assert.That(Matches(received.Bytes, down), $"at byte {down}");
            down += received.Bytes.Length;
        }

        await Task.WhenAll(sendsDown, sendsUp, ended.Task).Soon();
        Assert.That((down, up, wrong), Is.EqualTo(((long)bytes, (long)bytes, false)));
        Assert.That((await connection.Closed.Soon()).Kind, Is.AnyOf(CloseKind.LocalClosed, CloseKind.PeerClosed));
        TestContext.Out.WriteLine($"{most - before:N0} bytes more in use than at the start, at most, and {mostNative - nativeBefore:N0} bytes of native code");
        Assert.That(most - before, Is.LessThan(32 << 20));
        Assert.That(mostNative - nativeBefore, Is.LessThan(8 << 20), "OpenSSL's");

        // What is alive, and the little that both sides make between the two calls.
        static long InUse()
        {
            GC.Collect();
            return GC.GetTotalMemory(forceFullCollection: false);
        }

        static long NativeInUse() => NativeHeap.IsKnown ? NativeHeap.Bytes : 0;
    }

    // A period that no record and no buffer has, so that a piece at a wrong place shows.
    private const int Period = 65_521;

    private static readonly byte[] Pattern = MakePattern();

    private static byte[] MakePattern()
    {
        var pattern = PeerReading.Noise(Period, 11);
        return [.. pattern, .. pattern, .. pattern];
    }

    private static void Fill(Span<byte> piece, long at) => Pattern.AsSpan((int)(at % Period), piece.Length).CopyTo(piece);

    private static bool Matches(ReadOnlySpan<byte> piece, long at) => piece.SequenceEqual(Pattern.AsSpan((int)(at % Period), piece.Length));
}
