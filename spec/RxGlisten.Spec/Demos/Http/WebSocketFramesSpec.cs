using NUnit.Framework;
using RxGlisten.Demos.Http;
using RxGlisten.Spec.Demos.Http.Doubles;
using RxGlisten.Spec.Framing.Doubles;

namespace RxGlisten.Spec.Demos.Http;

/// <summary>WebSocket frames out of bytes, and back.</summary>
public sealed class WebSocketFramesSpec
{
    [Test]
    public void However_the_packets_are_cut_the_frames_are_the_same()
    {
        byte[] input =
        [
            .. ClientFrames.Text("hello"), .. ClientFrames.Of(Opcode.Ping, "p"), .. ClientFrames.Of(Opcode.Text, "be", isFinal: false), .. ClientFrames.Of(Opcode.Continuation, "gin"),
            .. ClientFrames.Of(Opcode.Binary, new string('x', 126)), .. ClientFrames.Of(Opcode.Binary, ""), .. ClientFrames.Of(Opcode.Close, "\u0003\u00e8bye"),
        ];
        string[] expected = ["Text hello", "Ping p", "Text be-", "Continuation gin", "Binary " + new string('x', 126), "Binary ", "Close \u0003\u00e8bye"];
        foreach (var cuts in Cuts.Of(input.Length))
            Assert.That(Decode(input, cuts), Is.EqualTo(new Outcome(expected, Outcome.Completed)), $"cut at {string.Join(' ', cuts)}");
    }

    [TestCase(125, 6)]
    [TestCase(126, 8)]
    [TestCase(65_535, 8)]
    [TestCase(65_536, 14)]
    [TestCase(1_000_000, 14)]
    public void A_frame_of_any_length_that_is_allowed_comes_through(int length, int header)
    {
        var payload = string.Create(length, 0, (span, _) => new Random(3).GetItems("abcdefgh", span));
        var bytes = ClientFrames.Of(Opcode.Text, payload);
        Assert.That(bytes, Has.Length.EqualTo(header + length));
        Assert.That(Decode(bytes, [length / 2]).Frames, Is.EqualTo(new[] { "Text " + payload }));
    }

    [TestCase("a length that is too much", new byte[] { 0x82, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0 })]
    [TestCase("a negative length", new byte[] { 0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0 })]
    [TestCase("a length of eight bytes that fits two", new byte[] { 0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0 })]
    [TestCase("a length of two bytes that fits one", new byte[] { 0x82, 0xFE, 0, 5, 0, 0, 0, 0 })]
    [TestCase("no mask", new byte[] { 0x81, 0x05 })]
    [TestCase("a bit that means nothing", new byte[] { 0xC1, 0x85 })]
    [TestCase("a kind that is none", new byte[] { 0x83, 0x80 })]
    [TestCase("a control kind that is none", new byte[] { 0x8B, 0x80 })]
    [TestCase("a control frame in parts", new byte[] { 0x09, 0x80 })]
    [TestCase("a control frame that is too long", new byte[] { 0x89, 0xFE })]
    public void What_is_no_frame_is_refused_as_soon_as_that_is_certain(string what, byte[] bytes)
    {
        foreach (var cuts in Cuts.Of(bytes.Length))
            Assert.That(Decode(bytes, cuts), Is.EqualTo(new Outcome([], Outcome.Broken)), $"{what}, cut at {string.Join(' ', cuts)}");
    }

    [TestCase(0)]
    [TestCase(125)]
    [TestCase(126)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    public void What_a_server_writes_is_what_a_client_reads(int length)
    {
        var payload = new byte[length];
        new Random(4).NextBytes(payload);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        new WebSocketFrameEncoder().Encode(new WebSocketFrame(Opcode.Binary, payload), output);
        using var client = System.Net.WebSockets.WebSocket.CreateFromStream(new MemoryStream(output.WrittenMemory.ToArray()), isServer: false, null, Timeout.InfiniteTimeSpan);
        var received = new byte[length + 1];
        var count = 0;
        while (true)
        {
            var result = client.ReceiveAsync(received.AsMemory(count), default).AsTask().Result;
            count += result.Count;
            if (result.EndOfMessage)
                break;
        }

        Assert.That(received[..count], Is.EqualTo(payload));
    }

    private static Outcome Decode(byte[] bytes, IEnumerable<int> cuts)
    {
        var feed = new PacketFeed();
        var collector = new Collector<WebSocketFrame>(frame => $"{frame.Opcode} {Outcome.Text(frame.Payload.Span)}{(frame.IsFinal ? "" : "-")}");
        feed.Decode(new WebSocketFrameDecoder(1024 * 1024), 2 * 1024 * 1024).Subscribe(collector);
        feed.All(bytes, cuts);
        return collector.Outcome;
    }
}
