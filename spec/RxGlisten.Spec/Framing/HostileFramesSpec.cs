using System.Reactive.Linq;
using System.Reactive.Subjects;
using NUnit.Framework;
using RxGlisten.Spec.Framing.Doubles;
using RxGlisten.Spec.Harness;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Framing;

/// <summary>Peers that lie about lengths, over a server in virtual time: they end their own connection, and take no memory.</summary>
public sealed class HostileFramesSpec
{
    private static readonly Dictionary<string, (Func<IObservable<Bytes>, IObservable<Bytes>> Decode, byte[] Good, byte[] Bad)> Attacks = new()
    {
        ["a line without end"] = (b => b.ByteLines(1000), "hi\n"u8.ToArray(), new byte[2000]),
        ["a line of text without end"] = (b => b.Lines(1000).EncodeLines(), "hi\n"u8.ToArray(), new byte[2000]),
        ["a frame without delimiter"] = (b => b.Delimited("--"u8, 1000), "hi--"u8.ToArray(), [.. Enumerable.Repeat((byte)'-', 1), .. new byte[2000]]),
        ["minus one of 32 bits"] = (b => b.LengthPrefixed(LengthPrefix.UInt32BigEndian, 1000), [0, 0, 0, 1, 9], [0xFF, 0xFF, 0xFF, 0xFF]),
        ["the least of 32 bits"] = (b => b.LengthPrefixed(LengthPrefix.UInt32LittleEndian, 1000), [1, 0, 0, 0, 9], [0, 0, 0, 0x80]),
        ["minus one of 64 bits"] = (b => b.LengthPrefixed(LengthPrefix.UInt64BigEndian, 1000), [0, 0, 0, 0, 0, 0, 0, 1, 9], [255, 255, 255, 255, 255, 255, 255, 255]),
        ["the most of 63 bits, adjusted"] = (b => b.LengthPrefixed(LengthPrefix.UInt64BigEndian with { Adjustment = int.MaxValue }, 1000), [], [0x7F, 255, 255, 255, 255, 255, 255, 255]),
        ["2 to the 32"] = (b => b.LengthPrefixed(LengthPrefix.UInt64LittleEndian with { CountsItself = true }, 1000), [9, 0, 0, 0, 0, 0, 0, 0, 9], [0, 0, 0, 0, 1, 0, 0, 0]),
        ["less than the header"] = (b => b.LengthPrefixed(LengthPrefix.UInt16BigEndian with { CountsItself = true }, 1000), [0, 3, 9], [0, 1]),
        ["less than the adjustment"] = (b => b.LengthPrefixed(LengthPrefix.UInt8 with { Adjustment = -4 }, 1000), [5, 9], [3]),
        ["the greatest varint"] = (b => b.LengthPrefixed(LengthPrefix.VarInt, 1000), [1, 9], [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ["a varint of 70 bits"] = (b => b.LengthPrefixed(LengthPrefix.VarInt, 1000), [1, 9], [255, 255, 255, 255, 255, 255, 255, 255, 255, 2]),
        ["a varint without end"] = (b => b.LengthPrefixed(LengthPrefix.VarInt, 1000), [1, 9], [.. Enumerable.Repeat((byte)0x80, 11)]),
        ["a decoder that overflows"] = (b => b.Decode(new Overflowing(), 1000), [0, 0, 0, 1, 9], [0x7F, 0xFF, 0xFF, 0xFF]),
        ["no netstring"] = (b => b.Decode(new Netstrings(true), 1000), "2:hi,"u8.ToArray(), "x"u8.ToArray()),
    };

    // A buffer of twice the maximum as it grows, and an exception with its stack.
    private const long MostBytes = 32 * 1024;

    private static IEnumerable<string> Names => Attacks.Keys;

    [TestCaseSource(nameof(Names))]
    public void It_ends_its_own_connection_as_ProtocolError_and_no_other(string attack)
    {
        var (decode, good, bad) = Attacks[attack];
        Probe<ConnectionClosed>? closed = null;
        var frames = 0;
        var server = new VirtualServer(serve: listener => closed = listener.Serve(c => decode(c.Inbound.Bytes()).Do(_ => frames++)).Probe());
        var innocent = server.Connect();
        var hostile = server.Connect();
        _ = hostile.SendAsync(good.Concat(bad).ToArray());
        server.Settle();
        hostile.FinishSending();
        server.Settle();
        Assert.That(closed!.Items.Select(ended => ended.Reason.Kind), Is.EqualTo(new[] { CloseKind.ProtocolError }));
        Assert.That(closed.Items[0].Reason.Error, Is.InstanceOf<ProtocolException>());
        _ = innocent.SendAsync(good);
        server.Settle();
        Assert.That((closed.Items.Count, frames), Is.EqualTo((1, good.Length > 0 ? 2 : 0)));
    }

    [Test]
    public void It_takes_little_memory_however_it_is_cut([ValueSource(nameof(Names))] string attack, [Values] bool inOne)
    {
        var (decode, good, bad) = Attacks[attack];
        var bytes = new Subject<Bytes>();
        Exception? error = null;
        using var subscription = decode(bytes).Subscribe(_ => { }, e => error = e);
        Bytes all = good.Concat(bad).ToArray();
        var step = inOne ? all.Length : 1;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var at = 0; at < all.Length && error is null; at += step)
            bytes.OnNext(all.Slice(at, step));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytes));
        Assert.That(error, Is.InstanceOf<ProtocolException>());
    }

    [Test]
    public void A_length_that_is_allowed_takes_no_memory_before_the_bytes_are_there()
    {
        var feed = new PacketFeed();
        var probe = feed.LengthPrefixed(LengthPrefix.UInt32BigEndian, 1024 * 1024 * 1024).Probe();
        var before = GC.GetAllocatedBytesForCurrentThread();
        feed.Packet([0x40, 0, 0, 0]);
        for (var i = 0; i < 100; i++)
            feed.Packet(new byte[1000]);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000 + (4 * 131_072)));
        Assert.That((probe.Items.Count, probe.IsEnded), Is.EqualTo((0, false)));
    }

    [Test]
    public void An_end_inside_a_frame_is_a_ProtocolError_and_one_between_frames_is_none([Values] bool inside)
    {
        Probe<ConnectionClosed>? closed = null;
        var server = new VirtualServer(serve: listener => closed = listener.Serve(c => c.Inbound.Bytes().Lines(100).EncodeLines()).Probe());
        var peer = server.Connect();
        _ = peer.SendAsync(inside ? "a\nb"u8.ToArray() : "a\nb\n"u8.ToArray());
        peer.FinishSending();
        var reader = new VirtualReader(server, peer).All();
        Assert.That(reader.Text, Is.EqualTo(inside ? "a\n" : "a\nb\n"), "what was read is answered");
        Assert.That(closed!.Items.Single().Reason.Kind, Is.EqualTo(inside ? CloseKind.ProtocolError : CloseKind.PeerClosed));
    }

    private sealed class Overflowing : IFrameDecoder<Bytes>
    {
        public bool TryDecode(Bytes bytes, out Bytes frame, out int length)
        {
            frame = default;
            length = 0;
            if (bytes.Length < 4)
                return false;
            length = unchecked(4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.Span));
            if (bytes.Length < length || length < 0)
                return false;
            frame = bytes[4..length];
            return true;
        }
    }
}
