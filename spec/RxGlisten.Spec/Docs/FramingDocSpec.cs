using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Docs;

/// <summary>The code of docs/guide/framing.md.</summary>
public sealed class FramingDocSpec
{
    // snippet: framing-lines
    private static IObservable<ReadOnlyMemory<byte>> Shout(IObservable<Message> inbound) => inbound.Bytes()
        .Lines(maxLength: 1024)
        .Select(line => line.ToUpperInvariant())
        .EncodeLines(LineEnding.CrLf);
    // end

    // snippet: framing-upgrade
    private static IObservable<ReadOnlyMemory<byte>> Session(IConnection connection)
    {
        var bytes = connection.Inbound.Bytes();
        return from hello in bytes.Lines(maxLength: 100).Take(1)
               from reply in hello == "binary" ? Binary(bytes) : Text(bytes)
               select reply;
    }

    private static IObservable<ReadOnlyMemory<byte>> Text(IObservable<ReadOnlyMemory<byte>> bytes) =>
        bytes.ByteLines(maxLength: 1000).EncodeLines();

    private static IObservable<ReadOnlyMemory<byte>> Binary(IObservable<ReadOnlyMemory<byte>> bytes) =>
        bytes.LengthPrefixed(LengthPrefix.UInt16BigEndian, maxLength: 1000).EncodeLengthPrefixed(LengthPrefix.UInt16BigEndian);
    // end

    [Test]
    public void The_first_example_shouts()
    {
        var server = new VirtualServer(serve: listener => listener.ServePipeline(Shout).Probe());
        Assert.That(Talk(server, "hel", "lo\nworld\r\n"), Is.EqualTo("HELLO\r\nWORLD\r\n"));
    }

    [TestCase("text\na\nbc\n", "a\nbc\n")]
    [TestCase("binary\n\0\u0001a\0\u0002bc", "\0\u0001a\0\u0002bc")]
    public void The_session_goes_on_in_the_protocol_that_its_first_line_names(string said, string heard)
    {
        for (var cut = 1; cut < said.Length; cut++)
        {
            var server = new VirtualServer(serve: listener => listener.Serve(Session).Probe());
            Assert.That(Talk(server, said[..cut], said[cut..]), Is.EqualTo(heard));
        }
    }

    [Test]
    public void The_decoder_reads_values_by_tag()
    {
        var values = new[] { "\u0001\u0003abc\u0007", "\0" }.ToObservable().Select(text => (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(text))
            .Decode(new TagDecoder(), maxLength: 257).ToList().Wait();
        Assert.That(values.Select(value => (value.Tag, value.Value.Length)), Is.EqualTo(new[] { ((byte)1, 3), ((byte)7, 0) }));
    }

    private static string Talk(VirtualServer server, params string[] said)
    {
        var peer = server.Connect();
        foreach (var part in said)
        {
            _ = peer.SendAsync(Encoding.Latin1.GetBytes(part));
            server.Settle();
        }

        peer.FinishSending();
        return new VirtualReader(server, peer).All().Text;
    }
}
