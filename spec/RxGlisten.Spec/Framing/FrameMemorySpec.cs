using System.Reactive.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using RxGlisten.Spec.Framing.Doubles;
using RxGlisten.Spec.Harness;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Framing;

/// <summary>Where the bytes of frames live, and for how long. Returned buffers are overwritten in specs, so that what is wrong here is seen.</summary>
public sealed class FrameMemorySpec
{
    [Test]
    public void A_frame_within_one_packet_is_not_copied()
    {
        var feed = new PacketFeed();
        var probe = feed.ByteLines(100).Probe();
        feed.Packet("a"u8);
        var packet = feed.Packet("b\ncd\nef\ng"u8);
        Assert.That(probe.Items.Select(ArrayOf), Is.EqualTo(new[] { ArrayOf(probe.Items[0]), packet, packet }));
        Assert.That(ArrayOf(probe.Items[0]), Is.Not.SameAs(packet));
    }

    [Test]
    public void Packets_are_used_again_where_nobody_keeps_bytes_and_only_there()
    {
        Assert.That(Reuses(bytes => bytes.Lines(10).Subscribe(_ => { })), Is.True, "text is a copy");
        Assert.That(Reuses(bytes => bytes.ByteLines(10).Subscribe(_ => { })), Is.False);
        Assert.That(Reuses(bytes => bytes.ByteLines(10).Subscribe(new FrugalCollector())), Is.True);
        Assert.That(Reuses(bytes => bytes.ByteLines(10).EncodeLines().Subscribe(_ => { })), Is.True, "an encoder copies");
        Assert.That(Reuses(bytes => bytes.ByteLines(10).FixedLength(2).Subscribe(_ => { })), Is.False, "to the very end");
        Assert.That(Reuses(bytes => bytes.ByteLines(10).FixedLength(2).Subscribe(new FrugalCollector())), Is.True);
        Assert.That(Reuses(bytes => bytes.ByteLines(10).Select(line => line).EncodeLines().Subscribe(_ => { })), Is.False, "Rx proves nothing");
        Assert.That(Reuses(bytes => bytes.Decode(new Stairs(), 10).Subscribe(new FrugalCollector())), Is.False, "a decoder may keep bytes");
        Assert.That(Reuses(bytes => bytes.Decode(new Runs(1), 10).Subscribe(_ => { })), Is.True, "unless it says otherwise");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_partial_frame_keeps_no_packet_alive(bool keeps)
    {
        var feed = new PacketFeed();
        using var subscription = keeps ? feed.ByteLines(100).Subscribe(_ => { }) : feed.Lines(100).Subscribe(_ => { });
        var packet = Feed(feed);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(packet.IsAlive, Is.False);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Feed(PacketFeed feed) => new(feed.Packet(new byte[50]));
    }

    [TestCase("completed")]
    [TestCase("truncated")]
    [TestCase("failed")]
    [TestCase("too large")]
    [TestCase("a frame")]
    public void The_buffer_of_a_partial_frame_is_given_back_whatever_ends_it(string how)
    {
        var feed = new PacketFeed();
        var watched = new Watched();
        feed.Decode(watched, 100).Probe();
        feed.Packet(new byte[50]);
        feed.Packet(new byte[20]);
        var buffer = ArrayOf(watched.Seen);
        Assert.That(buffer[69], Is.Zero);
        switch (how)
        {
            case "completed": feed.Packet([1]); feed.End(); break;
            case "truncated": feed.End(); break;
            case "failed": feed.Fail(new InvalidOperationException("Meant to be.")); break;
            case "too large": feed.Packet(new byte[31]); break;
            default: feed.Packet([1, 0]); break;
        }

        Assert.That(buffer[69], Is.EqualTo(0xDB));
    }

    [Test]
    public void A_kept_frame_that_was_spread_over_packets_takes_no_more_than_its_size_or_4_KiB()
    {
        var feed = new PacketFeed();
        var probe = feed.LengthPrefixed(LengthPrefix.UInt32BigEndian, 100_000).Probe();
        foreach (var length in new[] { 1, 100, 255, 257, 1000, 1025, 5000, 70_000 })
        {
            byte[] bytes = [0, 0, .. BitConverter.GetBytes((ushort)length).Reverse(), .. new byte[length]];
            if (length > ushort.MaxValue)
                bytes[1] = 1;
            feed.Packet(bytes.AsSpan(0, 3));
            feed.Packet(bytes.AsSpan(3, (length / 2) + 1));
            feed.Packet(bytes.AsSpan(4 + (length / 2)));
        }

        foreach (var frame in probe.Items)
            Assert.That(ArrayOf(frame), Has.Length.AtMost(Math.Max(4096, frame.Length)));
        Assert.That(probe.Items.Select(frame => frame.Length), Is.EqualTo(new[] { 1, 100, 255, 257, 1000, 1025, 5000, 70_000 }));
    }

    [TestCase("bytes")]
    [TestCase("prefix")]
    [TestCase("halves")]
    public void Frames_for_who_keeps_nothing_allocate_nothing(string how)
    {
        var feed = new Loop();
        var sink = new Counting();
        using var subscription = how == "prefix"
            ? feed.LengthPrefixed(LengthPrefix.UInt8, 100).EncodeLengthPrefixed(LengthPrefix.VarInt).Subscribe(sink)
            : feed.ByteLines(100).EncodeLines(LineEnding.CrLf).Subscribe(sink);
        byte[] packet = how == "prefix" ? [.. Enumerable.Repeat<byte[]>([3, 1, 2, 3], 100).SelectMany(x => x)] : [.. Enumerable.Repeat((byte)'\n', 100)];
        byte[][] packets = how == "halves" ? [[65, 66], [67, 10, 68], [10]] : [packet];
        Run(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var frames = sink.Count;
        Run(1000);
        Assert.That(sink.Count - frames, Is.GreaterThan(1999));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000));

        void Run(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                foreach (var part in packets)
                    feed.Observer!.OnNext(part);
            }
        }
    }

    [Test]
    public void A_served_echo_of_lines_allocates_nothing_per_line()
    {
        var server = new VirtualServer(serve: listener => listener.Serve(connection => connection.Inbound.Bytes().ByteLines(100).EncodeLines()).Probe());
        var peer = server.Connect();
        var reader = new VirtualReader(server, peer);
        var lines = Enumerable.Repeat("0123456789012345\n"u8.ToArray(), 1000).SelectMany(line => line).ToArray();
        Echo();
        Echo();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Echo();
        // The peer's own side: what it sends and receives, once each and in lists that grow.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(12 * lines.Length));
        Assert.That(reader.Bytes, Is.EqualTo(lines.Concat(lines).Concat(lines)));

        void Echo()
        {
            _ = peer.SendAsync(lines);
            reader.All();
        }
    }

    private static bool Reuses(Func<PacketFeed, IDisposable> subscribe)
    {
        var feed = new PacketFeed();
        using var subscription = subscribe(feed);
        return feed.IsReused;
    }

    private static byte[] ArrayOf(Bytes memory)
    {
        Assert.That(MemoryMarshal.TryGetArray(memory, out var array));
        return array.Array!;
    }

    /// <summary>Gives frames that end by a 1, and shows what it was given last.</summary>
    private sealed class Watched : IFrameDecoder<int>
    {
        public bool KeepsBytes => false;

        public Bytes Seen { get; private set; }

        public bool TryDecode(Bytes bytes, out int frame, out int length)
        {
            if (bytes.Length > 1)
                Seen = bytes;
            frame = bytes.Span.IndexOf((byte)1);
            length = frame + 1;
            return frame >= 0;
        }
    }

    private sealed class Loop : IObservable<Bytes>
    {
        public IObserver<Bytes>? Observer { get; private set; }

        public IDisposable Subscribe(IObserver<Bytes> observer)
        {
            Observer = observer;
            return System.Reactive.Disposables.Disposable.Empty;
        }
    }

    private sealed class Counting : IByteSink
    {
        public bool KeepsNothing => true;

        public int Count { get; private set; }

        public void OnNext(Bytes value) => Count++;

        public void OnError(Exception error) => throw error;

        public void OnCompleted()
        {
        }
    }
}
