using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Clients that mean no good, among clients that do.</summary>
public sealed class TlsStressSpec
{
    private const int Bad = 500;
    private const int Honest = 200;

    // The first bytes of a record that would be a ClientHello of 200 bytes.
    private static readonly byte[][] Openings = [[], "no TLS at all\r\n\r\n"u8.ToArray(), [22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]];

    [Test]
    public async Task Clients_that_say_nothing_garbage_or_half_a_hello_keep_nobody_out_and_are_gone_in_time(
        [Values("tcp v4", "tcp v4 over sockets")] string kind, [Values(1024, 64)] int handshakes)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        var options = TlsServingSpec.Options(tls => tls with { HandshakeTimeout = TimeSpan.FromSeconds(3), HandshakeLimit = handshakes });
        await using var server = new TestServer(
            reach, options with { MaxConnections = 2_000, MeterFactory = meters }, listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var bad = new List<Socket>();
        for (var i = 0; i < Bad; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync((IPEndPoint)server.Listener.LocalEndPoint);
            if (Openings[i % 3].Length > 0)
                await socket.SendAsync(Openings[i % 3]);
            bad.Add(socket);
        }

        var times = new List<TimeSpan>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < Honest / 4; i++)
            {
                var watch = Stopwatch.StartNew();
                using var peer = await TlsServingSpec.ConnectAsync(server);
                await peer.Handshake.Soon();
                await peer.SendAsync("hello"u8.ToArray()).Soon();
                Assert.That((await peer.ReceiveAsync().Soon()).Bytes, Is.EqualTo("hello"u8.ToArray()));
                lock (times)
                    times.Add(watch.Elapsed);
            }
        })).WaitAsync(TimeSpan.FromSeconds(60));
        times.Sort();
        TestContext.Out.WriteLine(
            $"{Honest} honest clients among {Bad} others: connected and echoed in {times[Honest / 2].TotalMilliseconds:0.0} ms (median), {times[Honest * 99 / 100].TotalMilliseconds:0.0} ms (p99)");

        var ledger = server.Listener.Ledger;
        await Patience.UntilAsync(() => ledger.Handshaking == 0 && ledger.Accepted == ledger.Closed, "every connection is closed");
        Assert.That(ledger.Accepted, Is.EqualTo(Bad + Honest));
        await Patience.UntilAsync(() => meters["rxglisten.tls.handshakes.failed"] >= Bad, "every failure is counted"); // each in a turn after its close
        Assert.That(meters["rxglisten.tls.handshakes.failed"], Is.EqualTo(Bad));
        Assert.That(meters["rxglisten.connections.closed"], Is.EqualTo(Bad + Honest));
        Assert.That(server.Listener.Slots.Free, Is.EqualTo(2_000 - 10), "the acceptors hold one each");
        foreach (var socket in bad)
            socket.Dispose();
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

    [Explicit("A gibibyte each way, about ten seconds each.")]
    [Test]
    public async Task A_gibibyte_is_exact_both_ways_at_bounded_memory([Values("tcp v4", "unix", "tcp v4 over sockets", "unix over sockets")] string kind) =>
        await TransferAsync(kind, 1 << 30);

    /// <summary>Sends a pattern both ways at once, and checks each byte, and now and then what is in use.</summary>
    private static async Task TransferAsync(string kind, int bytes)
    {
        var before = InUse();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, TlsServingSpec.Options());
        using var peer = await TlsServingSpec.ConnectAsync(server);
        var connection = await server.AcceptAsync();
        long most = 0, up = 0, looked = 0;
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
            },
            ended.SetException,
            ended.SetResult);
        var sendsDown = Task.Run(async () =>
        {
            var piece = new byte[100_000];
            for (var sent = 0; sent < bytes; sent += piece.Length)
            {
                piece = piece.AsSpan(0, Math.Min(piece.Length, bytes - sent)).ToArray();
                Fill(piece, sent);
                await connection.Outbound.SendAsync(piece);
            }

            connection.Outbound.OnCompleted();
        });
        var sendsUp = Task.Run(async () =>
        {
            var piece = new byte[100_000];
            for (var sent = 0; sent < bytes; sent += piece.Length)
            {
                piece = piece.AsSpan(0, Math.Min(piece.Length, bytes - sent)).ToArray();
                Fill(piece, sent);
                await peer.SendAsync(piece);
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
        TestContext.Out.WriteLine($"{most - before:N0} bytes more in use than at the start, at most");
        Assert.That(most - before, Is.LessThan(32 << 20));

        // What is alive, and the little that both sides make between the two calls.
        static long InUse()
        {
            GC.Collect();
            return GC.GetTotalMemory(forceFullCollection: false);
        }
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
