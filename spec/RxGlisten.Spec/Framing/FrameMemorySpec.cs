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
    private const int CopyBytes = 40; // an array of a few bytes, or a string of three letters

    /// <summary>Every decoder of bytes, and a frame of each.</summary>
    private static readonly Dictionary<string, (Func<IObservable<Bytes>, IObservable<Bytes>> Decode, byte[] Frame)> s_decoders = new()
    {
        ["lines"] = (bytes => bytes.ByteLines(100), "abc\r\n"u8.ToArray()),
        ["delimited"] = (bytes => bytes.Delimited("--"u8, 100), "abc--"u8.ToArray()),
        ["length prefixed"] = (bytes => bytes.LengthPrefixed(LengthPrefix.UInt16BigEndian, 100), [0, 3, 1, 2, 3]),
        ["length prefixed, header kept"] = (bytes => bytes.LengthPrefixed(LengthPrefix.UInt32LittleEndian, 100, keepHeader: true), [3, 0, 0, 0, 1, 2, 3]),
        ["varint prefixed"] = (bytes => bytes.LengthPrefixed(LengthPrefix.VarInt, 100), [3, 1, 2, 3]),
        ["fixed length"] = (bytes => bytes.FixedLength(5), "abcde"u8.ToArray()),
        ["own"] = (bytes => bytes.Decode(new Netstrings(tells: true), 100), "3:abc,"u8.ToArray()),
    };

    private static IEnumerable<string> Decoders => s_decoders.Keys;

    [TestCaseSource(nameof(Decoders))]
    public void A_frame_within_one_packet_is_not_copied(string decoder)
    {
        var (decode, frame) = s_decoders[decoder];
        var feed = new PacketFeed();
        var probe = decode(feed).Probe();
        feed.Packet(frame.AsSpan(0, 2));
        var packet = feed.Packet([.. frame[2..], .. frame, .. frame, .. frame[..2]]);
        Assert.That(probe.Items.Select(ArrayOf), Is.EqualTo(new[] { ArrayOf(probe.Items[0]), packet, packet }));
        Assert.That(ArrayOf(probe.Items[0]), Is.Not.SameAs(packet));
    }

    /// <summary>Frames in one packet, in halves, and byte by byte; for who keeps frames and who does not.</summary>
    [Test]
    public void Only_a_frame_of_several_packets_that_is_kept_is_allocated([ValueSource(nameof(Decoders))] string decoder, [Values("whole", "halves", "bytes")] string cut, [Values] bool keeps)
    {
        var (decode, frame) = s_decoders[decoder];
        var sink = new Counting(keepsNothing: !keeps);
        var isCopied = cut != "whole" && (keeps || decoder == "own"); // a decoder that may keep bytes is given memory that lasts
        AssertAllocated(feed => decode(feed).Subscribe(sink), sink, frame, cut, isCopied ? CopyBytes : 0);
    }

    [Test]
    public void A_line_of_text_allocates_its_string_and_a_value_of_a_decoder_s_own_nothing([Values("whole", "halves", "bytes")] string cut)
    {
        var sink = new Counting(keepsNothing: false);
        AssertAllocated(feed => feed.Lines(100).Subscribe(sink), sink, "abc\n"u8.ToArray(), cut, CopyBytes);
        AssertAllocated(feed => feed.Decode(new Sizes(), 100).Subscribe(sink), sink, [3, 1, 2, 3], cut, 0);
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
        var sink = new Counting(keepsNothing: true);
        using var subscription = how == "prefix"
            ? feed.LengthPrefixed(LengthPrefix.UInt8, 100).EncodeLengthPrefixed(LengthPrefix.VarInt).Subscribe(sink)
            : feed.ByteLines(100).EncodeLines(LineEnding.CrLf).Subscribe(sink);
        byte[] packet = how == "prefix" ? [.. Enumerable.Repeat<byte[]>([3, 1, 2, 3], 100).SelectMany(x => x)] : [.. Enumerable.Repeat((byte)'\n', 100)];
        byte[][] packets = how == "halves" ? [[65, 66], [67, 10, 68], [10]] : [packet];
        Run(100);
        var frames = 0;
        Assert.That(
            Allocation.Least(() =>
            {
                frames = -sink.Count;
                Run(1000);
                frames += sink.Count;
            }),
            Is.LessThan(1000));
        Assert.That(frames, Is.GreaterThan(1999));

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
        byte[] Lines(int count) => [.. Enumerable.Repeat("0123456789012345\n"u8.ToArray(), count).SelectMany(line => line)];
        double Allocated(int count) => EchoAllocation.PerMessage(connection => connection.Inbound.Bytes().ByteLines(100).EncodeLines(), Lines(count));
        Assert.That(Allocated(10), Is.LessThan(1.0), "a packet of ten lines");
        Assert.That(Allocated(100), Is.LessThan(1.0), "a packet of a hundred");
    }

    /// <summary>How many bytes the frames allocate, beside a little that is not of the frames.</summary>
    private static void AssertAllocated(Func<Loop, IDisposable> subscribe, Counting sink, byte[] frame, string cut, int eachBytes)
    {
        const int PerRound = 10, Rounds = 200, Beside = 1000;
        byte[][] packets = cut switch
        {
            "whole" => [[.. Enumerable.Repeat(frame, PerRound).SelectMany(bytes => bytes)]],
            "halves" => [.. Enumerable.Repeat<byte[][]>([frame[..2], frame[2..]], PerRound).SelectMany(halves => halves)],
            _ => [.. Enumerable.Repeat(frame, PerRound).SelectMany(bytes => bytes).Select(value => new[] { value })],
        };
        var feed = new Loop();
        using var subscription = subscribe(feed);
        Run();
        var frames = 0;
        var allocated = Allocation.Least(() =>
        {
            frames = -sink.Count;
            Run();
            frames += sink.Count;
        });
        Assert.That(frames, Is.EqualTo(PerRound * Rounds));
        Assert.That(allocated, Is.InRange(eachBytes > 0 ? PerRound * Rounds : 0, (PerRound * Rounds * eachBytes) + Beside));

        void Run()
        {
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var packet in packets)
                    feed.Observer!.OnNext(packet);
            }
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

    /// <summary>Gives the number in the first byte, with so many behind it.</summary>
    private sealed class Sizes : IFrameDecoder<int>
    {
        public bool KeepsBytes => false;

        public bool TryDecode(Bytes bytes, out int frame, out int length)
        {
            frame = bytes.Span[0];
            length = 1 + frame;
            return bytes.Length >= length;
        }
    }

    private sealed class Counting(bool keepsNothing) : IByteSink, IObserver<string>, IObserver<int>
    {
        public bool KeepsNothing => keepsNothing;

        public int Count { get; private set; }

        public void OnNext(Bytes value) => Count++;

        public void OnNext(string value) => Count++;

        public void OnNext(int value) => Count++;

        public void OnError(Exception error) => throw error;

        public void OnCompleted()
        {
        }
    }
}
