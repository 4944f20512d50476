using System.Text;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Recordings;

/// <summary>The file: what is in it, and what is left of it when it is cut off or damaged.</summary>
public sealed class RecordingFileSpec
{
    [Test]
    public async Task A_recording_has_who_and_what_and_when()
    {
        using var reader = Read(await RecordAsync());
        var events = reader.ReadAll().ToArray();
        Assert.That(reader.Header, Is.EqualTo(new RecordingHeader(1, true, DateTimeOffset.MinValue)));
        Assert.That(reader.Tail!.Kind, Is.EqualTo(RecordingTailKind.Complete));
        Assert.That(events.Select(e => e.Kind), Is.EqualTo(new[]
        {
            ConnectionEventKind.Opened, ConnectionEventKind.Received, ConnectionEventKind.Sent, ConnectionEventKind.Received, ConnectionEventKind.Sent,
            ConnectionEventKind.InboundEnded, ConnectionEventKind.OutboundFinished, ConnectionEventKind.Closed,
        }));
        Assert.That(events[0].Text, Is.EqualTo("memory:server"));
        Assert.That(events[0].Detail, Is.EqualTo("memory:server#1"));
        Assert.That(events.Select(e => Encoding.UTF8.GetString(e.Data.Span)), Is.EqualTo(new[] { "", "one", "one", "two", "two", "", "", "" }));
        Assert.That(events[3].Time - events[1].Time, Is.EqualTo(TimeSpan.FromSeconds(5)).Within(TimeSpan.FromTicks(10)));
        Assert.That(events[^1].CloseKind, Is.EqualTo(CloseKind.PeerClosed));
        Assert.That(events.Select(e => e.Connection).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_recording_cut_off_at_any_byte_gives_all_that_is_whole_before_the_cut_and_says_so()
    {
        var file = await RecordAsync();
        using var whole = Read(file);
        var events = whole.ReadAll().ToArray();
        var before = 0;
        for (var length = 0; length < file.Length; length++)
        {
            using var cut = Read(file[..length]);
            var left = cut.ReadAll().ToArray();
            Assert.That(left, Is.EqualTo(events[..left.Length]), $"cut at {length}");
            Assert.That(left.Length, Is.GreaterThanOrEqualTo(before), $"cut at {length}");
            Assert.That(cut.Tail!.Kind, Is.EqualTo(RecordingTailKind.Cut), $"cut at {length}");
            Assert.That(cut.Tail.Offset, Is.LessThanOrEqualTo(length), $"cut at {length}");
            before = left.Length;
        }

        Assert.That(before, Is.EqualTo(events.Length));
    }

    [Test]
    public async Task A_damaged_byte_anywhere_is_noticed_and_what_is_before_it_is_read()
    {
        var file = await RecordAsync();
        using var whole = Read(file);
        var events = whole.ReadAll().ToArray();
        for (var at = 0; at < file.Length; at++)
        {
            var damaged = file.ToArray();
            damaged[at] ^= 0x40;
            if (at < 24)
            {
                Assert.That(() => Read(damaged), Throws.InstanceOf<FormatException>(), $"damaged at {at}");
                continue;
            }

            using var reader = Read(damaged);
            var left = reader.ReadAll().ToArray();
            Assert.That(left, Is.EqualTo(events[..left.Length]), $"damaged at {at}");
            Assert.That(reader.Tail!.Kind, Is.Not.EqualTo(RecordingTailKind.Complete), $"damaged at {at}");
            Assert.That(reader.Tail.Offset, Is.LessThanOrEqualTo(at), $"damaged at {at}");
        }
    }

    [Test]
    public void A_damaged_length_asks_for_no_more_memory_than_the_file_has_bytes()
    {
        var file = new MemoryStream();
        file.Write(RecordingFormat.Header(false, DateTimeOffset.UnixEpoch));
        file.Write([0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 1, 2, 3]);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        using var reader = Read(file.ToArray());
        Assert.That(reader.Read(), Is.Null);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(1024 * 1024));
        Assert.That(reader.Tail!.Kind, Is.EqualTo(RecordingTailKind.Cut));
    }

    [Test]
    public async Task Kinds_of_a_later_version_are_left_out()
    {
        var file = await RecordAsync();
        var known = new byte[64];
        var length = RecordingFormat.Write(known, (ConnectionEventKind)99, TimeSpan.Zero, 1, [1, 2, 3], "", "");
        using var reader = Read([.. file[..24], .. known[..length], .. file[24..]]);
        Assert.That(reader.ReadAll().Count(), Is.EqualTo(8));
        Assert.That(reader.Tail!.Kind, Is.EqualTo(RecordingTailKind.Complete));
    }

    [Test]
    public void What_is_no_recording_or_a_later_one_is_refused_with_the_reason()
    {
        Assert.That(() => Read("GET / HTTP/1.1\r\n"u8.ToArray()), Throws.InstanceOf<FormatException>().With.Message.Contains("not a recording"));
        var later = RecordingFormat.Header(false, DateTimeOffset.UnixEpoch);
        later[8] = 2;
        Assert.That(() => Read(later), Throws.InstanceOf<FormatException>().With.Message.Contains("version 2"));
    }

    [Test]
    public async Task The_numbers_of_the_format_never_change()
    {
        // Written out here, so that a change of the code alone is seen. docs/guide/recordings.md has the same bytes in a table.
        var file = new MemoryStream();
        await using (var recorder = new Recorder(file, new TestScheduler(), leaveOpen: true))
            Assert.That(recorder.TryNote(ConnectionEventKind.Received, 7, "hi"u8, "", ""), Is.True);
        Assert.That(Convert.ToHexStringLower(file.ToArray()), Is.EqualTo(
            "5278476c5265630a" + "0100" + "0000" + "0000000000000000" + Crc("5278476c5265630a010000000000000000000000")
            + "13000000" + Crc("0200000000000000000700000000000000" + "6869") + "0200000000000000000700000000000000" + "6869"
            + "21000000" + Crc("ff00000000000000000000000000000000" + "0000000000000000" + "0000000000000000") + "ff00000000000000000000000000000000" + "0000000000000000" + "0000000000000000"));
    }

    [Test]
    public void The_checksum_is_that_of_the_published_vectors() =>
        Assert.That(Crc32C.Of("123456789"u8), Is.EqualTo(0xE3069283)); // RFC 3720 and everybody else's check value

    private static string Crc(string hex) => Convert.ToHexStringLower(BitConverter.GetBytes(Crc32C.Of(Convert.FromHexString(hex))));

    private static RecordingReader Read(byte[] file) => new(new MemoryStream(file));

    /// <summary>An echo of two packets, five seconds apart.</summary>
    private static async Task<byte[]> RecordAsync()
    {
        var server = new RecordedServer(connections => connections.ServePipeline(Replies.Echo), new RecordingOptions { Outbound = true });
        var peer = server.Connect();
        await peer.SendAsync("one"u8.ToArray());
        server.Advance(TimeSpan.FromSeconds(5));
        await peer.SendAsync("two"u8.ToArray());
        server.Advance(TimeSpan.FromSeconds(1));
        peer.FinishSending();
        server.Advance(TimeSpan.FromSeconds(10));
        return await server.StopAsync();
    }
}
