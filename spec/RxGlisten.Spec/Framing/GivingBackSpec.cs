using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Framing.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Testing.Recordings;
using RxGlisten.Spec.Transports;
using RxGlisten.Testing;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Framing;

/// <summary>Who leaves a framing operator leaves the next subscriber every byte behind the last frame: an upgrade in mid-stream, in virtual time.</summary>
public sealed class GivingBackSpec
{
    private static readonly Dictionary<string, (Func<IObservable<Bytes>, IObservable<string>> Decode, string[] Wire)> Decoders = new()
    {
        ["lines"] = (bytes => bytes.Lines(100), ["EHLO a\r\n", "STARTTLS\n", "\r\n"]),
        ["lines as bytes"] = (bytes => bytes.ByteLines(100).Select(Text), ["EHLO a\r\n", "STARTTLS\n", "\r\n"]),
        ["delimited"] = (bytes => bytes.Delimited("--"u8, 100).Select(Text), ["a-b--", "--", "c--"]),
        ["length prefixed"] = (bytes => bytes.LengthPrefixed(LengthPrefix.UInt16BigEndian, 100).Select(Text), ["\0\u0003abc", "\0\0", "\0\u0001d"]),
        ["varint prefixed"] = (bytes => bytes.LengthPrefixed(LengthPrefix.VarInt, 100, keepHeader: true).Select(Text), ["\u0083\0abc", "\0", "\u0001d"]),
        ["fixed length"] = (bytes => bytes.FixedLength(3).Select(Text), ["abc", "def", "ghi"]),
        ["own"] = (bytes => bytes.Decode(new Netstrings(tells: true), 100).Select(Text), ["3:abc,", "0:,", "1:d,"]),
        ["own that looks ahead"] = (bytes => bytes.Decode(new Runs(3), 100), ["aaa", "b", "c"]),
    };

    private static IEnumerable<string> Names => Decoders.Keys;

    [Test]
    public void What_is_behind_the_frame_at_which_one_left_is_the_next_subscribers(
        [ValueSource(nameof(Names))] string name, [Values(1, 2, 3)] int frames, [Values(0, 4, 900, 5000)] int rest, [Values] bool atOnce)
    {
        var (decode, wire) = Decoders[name];
        var sent = Of(string.Concat(wire)).Concat(Rest(rest)).ToArray();
        if (name == "own that looks ahead" && rest == 0)
            return; // it sees no third frame without bytes behind it
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var first = decode(connection.Inbound.Bytes()).Take(frames).Probe();
        Send(server, peer, sent, atOnce ? [] : [1, string.Concat(wire[..frames]).Length - 1, string.Concat(wire[..frames]).Length + 1]);
        Assert.That((first.Items.Count, first.IsEnded, first.Error), Is.EqualTo((frames, true, (Exception?)null)));
        var next = connection.Inbound.Probe();
        server.Settle();
        Assert.That(next.Bytes(), Is.EqualTo(sent[string.Concat(wire[..frames]).Length..]));
    }

    [Test]
    public void A_subscriber_parked_inside_the_last_frame_goes_on_behind_it([ValueSource(nameof(Names))] string name, [Values(4, 5000)] int rest)
    {
        var (decode, wire) = Decoders[name];
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var query = from frame in decode(connection.Inbound.Bytes()).Take(1)
                    from bytes in connection.Inbound.Bytes()
                    select Text(bytes);
        var probe = query.Probe();
        _ = peer.SendAsync(Of(wire[0]).Concat(Rest(rest)).ToArray());
        server.Settle();
        _ = peer.SendAsync("more"u8.ToArray());
        server.Settle();
        Assert.That(string.Concat(probe.Items), Is.EqualTo(Text(Rest(rest)) + "more"));
    }

    [Test]
    public void A_frame_that_had_begun_is_given_back_from_its_first_byte([ValueSource(nameof(Names))] string name, [Values(1, 2)] int packets)
    {
        var (decode, wire) = Decoders[name];
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var first = decode(connection.Inbound.Bytes()).Probe();
        var begun = wire[0][..^1];
        Send(server, peer, Of(begun), packets == 1 ? [] : [1]);
        Assert.That(first.Items, Is.Empty);
        first.Dispose();
        Send(server, peer, Of(wire[0][^1..] + wire[1] + "..."));
        var again = decode(connection.Inbound.Bytes()).Take(2).Probe();
        server.Settle();
        Assert.That((again.Items.Count, again.IsEnded, again.Error), Is.EqualTo((2, true, (Exception?)null)));
    }

    [Test]
    public void One_frame_at_a_time_for_ever_is_all_frames([ValueSource(nameof(Names))] string name, [Values(1, 2, 7, 1000)] int cut)
    {
        var (decode, wire) = Decoders[name];
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var whole = decode(Observable.Return<Bytes>(Of(string.Concat(Enumerable.Repeat(string.Concat(wire), 50))))).Catch(Observable.Empty<string>()).ToList().Wait();
        var probe = Observable.Defer(() => decode(connection.Inbound.Bytes()).Take(1)).Repeat().Probe();
        var sent = Of(string.Concat(Enumerable.Repeat(string.Concat(wire), 50)));
        Send(server, peer, sent, [.. Enumerable.Range(1, (sent.Length - 1) / cut).Select(i => i * cut).Where(at => at < sent.Length)]);
        Assert.That(whole, Has.Count.GreaterThan(145));
        Assert.That(probe.Items, Is.EqualTo(whole));
        probe.Dispose();
    }

    [Test]
    public void A_packet_of_many_frames_is_not_copied_for_each_subscriber_that_takes_one()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var count = 0;
        using var subscription = Observable.Defer(() => connection.Inbound.Bytes().Lines(100).Take(1)).Repeat().Subscribe(_ => count++);
        _ = peer.SendAsync(Of(string.Concat(Enumerable.Repeat("a\n", 20_000))));
        var before = GC.GetAllocatedBytesForCurrentThread();
        server.Settle();
        Assert.That(count, Is.EqualTo(20_000));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(20_000 * 2_000), "copies would be 20,000 times 20,000 bytes on average");
    }

    [Test]
    public void The_end_comes_behind_what_was_given_back([Values] bool reset)
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var lines = connection.Inbound.Bytes().Lines(100).Probe();
        Send(server, peer, Of("one\ntwo"));
        lines.Dispose();
        if (reset)
            peer.Reset();
        else
            peer.FinishSending();
        server.Settle();
        var rest = connection.Inbound.Probe();
        server.Settle();
        Assert.That((rest.Text(), rest.IsEnded), Is.EqualTo(("two", true)));
        Assert.That(lines.IsEnded, Is.False);
    }

    [Test]
    public void After_the_peers_FIN_a_subscriber_that_leaves_still_gives_back()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        _ = peer.SendAsync(Of("one\ntwo\nthree"));
        peer.FinishSending();
        var lines = connection.Inbound.Bytes().Lines(100).Take(1).Probe();
        server.Settle();
        Assert.That(lines.Items, Is.EqualTo(new[] { "one" }));
        var rest = connection.Inbound.Probe();
        server.Settle();
        Assert.That((rest.Text(), rest.IsEnded), Is.EqualTo(("two\nthree", true)));
    }

    [Test]
    public void Nothing_is_given_back_to_a_connection_that_this_side_has_closed([Values] bool abort)
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var lines = connection.Inbound.Bytes().Lines(100).Probe(_ =>
        {
            if (abort)
                connection.Abort();
            else
                connection.Dispose();
        });
        Send(server, peer, Of("one\ntwo"));
        lines.Dispose();
        var rest = connection.Inbound.Probe();
        server.Settle();
        Assert.That((rest.Text(), rest.IsEnded), Is.EqualTo(("", true)));
    }

    [Test]
    public void What_was_given_back_comes_before_what_a_read_under_way_brings_also_while_a_full_queue_keeps_it_back()
    {
        var server = new VirtualServer(options => options with { OutboundHighWaterBytes = 1024 });
        var (connection, peer) = server.Pair();
        var lines = connection.Inbound.Bytes().Lines(100).Probe();
        _ = peer.SendAsync("abc"u8.ToArray());
        server.Settle();
        lines.Dispose(); // while the next read is outstanding
        connection.Outbound.OnNext(new byte[128 * 1024]); // more than the peer's window
        var next = connection.Inbound.Probe();
        _ = peer.SendAsync("def"u8.ToArray());
        server.Settle();
        Assert.That(next.Items, Is.Empty);
        new VirtualReader(server, peer).All();
        Assert.That(Text(next.Bytes()), Is.EqualTo("abcdef"));
    }

    [Test]
    public void What_broke_the_protocol_is_not_given_back()
    {
        var server = new VirtualServer();
        var (connection, peer) = server.Pair();
        var probe = connection.Inbound.Bytes().Lines(5).Catch((FrameTooLargeException _) => connection.Inbound.Bytes().Select(Text)).Probe();
        Send(server, peer, Of("123"));
        Send(server, peer, Of("456\nnext\n"));
        Send(server, peer, Of("later"));
        Assert.That(probe.Items, Is.EqualTo(new[] { "later" }));
    }

    [Test]
    public async Task A_recording_holds_what_was_given_back_once()
    {
        var server = new RecordedServer(connections => connections.Serve(connection =>
            from hello in connection.Inbound.Bytes().Lines(100).Take(1)
            from bytes in connection.Inbound.Bytes()
            select bytes));
        var peer = server.Connect();
        foreach (var part in new[] { "he", "llo\nwor", "ld", "!" })
        {
            await peer.SendAsync(Of(part)).Soon();
            server.Advance(TimeSpan.FromSeconds(1));
        }

        peer.FinishSending();
        server.Advance(TimeSpan.FromSeconds(60));
        using var recording = new RecordingReader(new MemoryStream(await server.StopAsync()));
        var received = recording.ReadAll().Where(e => e.Kind == ConnectionEventKind.Received).Select(e => Text(e.Data));
        Assert.That(received, Is.EqualTo(new[] { "he", "llo\nwor", "ld", "!" }));
    }

    [TestCaseSource(typeof(Reaches), nameof(Reaches.Names))]
    public async Task Whoever_leaves_frames_at_random_from_any_thread_loses_no_byte(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { ReceiveBufferBytes = 3000 });
        var (connection, peer) = await server.PairAsync();
        var sent = PeerReading.Noise(600_000, seed: 7);
        var sending = SendInPiecesAsync(peer, sent.AsMemory(0, sent.Length - 1000)); // what is kept back keeps the end out of the last frame
        var received = new List<byte>();
        var random = new Random(12);
        while (Count() < sent.Length - 2000)
        {
            Assert.That(connection.Closed.IsCompleted, Is.False);
            var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var isNearEnd = Count() >= sent.Length - 200_000;
            var frames = isNearEnd ? 1 : random.Next(1, 60); // no more than is on its way, were each a whole buffer
            var length = random.Next(1, 700);
            var inside = random.Next(2) == 0;
            var bytes = connection.Inbound.Bytes();
            var source = random.Next(3) switch
            {
                0 => bytes,
                1 => bytes.FixedLength(length),
                _ => bytes.Decode(new Copies(length), length),
            };
            var leaving = inside ? source.Take(frames) : source;
            using (leaving.Subscribe(
                frame =>
                {
                    lock (received)
                        received.AddRange(frame.Span);
                    if (Interlocked.Decrement(ref frames) == 0 && !inside)
                        left.TrySetResult();
                },
                error => left.TrySetException(error),
                () => left.TrySetResult()))
            {
                if (inside || random.Next(2) == 0 || isNearEnd) // there, a call that goes on behind this one's back might take all that the next waits for
                    await left.Task.Soon();
                else
                    Thread.SpinWait(random.Next(3000));
            }
        }

        var rest = connection.Inbound.Bytes().Probe(part =>
        {
            lock (received)
                received.AddRange(part.Span);
        });
        await sending.Soon();
        await peer.SendAsync(sent.AsMemory(sent.Length - 1000)).Soon();
        peer.FinishSending();
        await rest.EndAsync();
        Assert.That((received.Count, received.ToArray().AsSpan().CommonPrefixLength(sent)), Is.EqualTo((sent.Length, sent.Length)));

        int Count()
        {
            lock (received)
                return received.Count;
        }
    }

    private static string Text(Bytes bytes) => Outcome.Text(bytes.Span);

    private static byte[] Of(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] Rest(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)('d' + (i % 20)))];

    private static void Send(VirtualServer server, TransportPeer peer, byte[] bytes, int[]? cuts = null)
    {
        var at = 0;
        foreach (var cut in cuts ?? [])
        {
            if (cut <= at || cut >= bytes.Length)
                continue;
            _ = peer.SendAsync(bytes.AsMemory(at, cut - at));
            server.Settle();
            at = cut;
        }

        _ = peer.SendAsync(bytes.AsMemory(at));
        server.Settle();
    }

    private static async Task SendInPiecesAsync(ITestPeer peer, Bytes bytes)
    {
        var random = new Random(2);
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(random.Next(1, 8000), bytes.Length - at);
            await peer.SendAsync(bytes.Slice(at, count));
            at += count;
            if (random.Next(4) == 0)
                await Task.Yield();
        }
    }

    /// <summary>Frames of one length that are copies, so that receive buffers are used again.</summary>
    private sealed class Copies(int frameLength) : IFrameDecoder<Bytes>
    {
        public bool KeepsBytes => false;

        public bool TryDecode(Bytes bytes, out Bytes frame, out int length)
        {
            length = frameLength;
            frame = bytes.Length < length ? default : bytes[..length].ToArray();
            return bytes.Length >= length;
        }
    }
}
