using System.Buffers;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Framing.Doubles;
using RxGlisten.Spec.Harness;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Spec.Framing;

/// <summary>Encoders mirror decoders: what is encoded is decoded to the same, or refused.</summary>
public sealed class EncodingFramesSpec
{
    [Test]
    public void Lines_are_written_with_the_ending_that_was_asked_for()
    {
        Assert.That(Encoded(new[] { "a", "", "é" }.ToObservable().EncodeLines()), Is.EqualTo(new[] { "a\n", "\n", "\u00C3\u00A9\n" }));
        Assert.That(Encoded(new[] { "a", "é" }.ToObservable().EncodeLines(LineEnding.CrLf, Encoding.Latin1)), Is.EqualTo(new[] { "a\r\n", "é\r\n" }));
        Assert.That(Encoded(new[] { "a" }.Select(Of).ToObservable().EncodeLines(LineEnding.CrLf)), Is.EqualTo(new[] { "a\r\n" }));
        Assert.That(() => Observable.Empty<string>().EncodeLines(encoding: Encoding.Unicode), Throws.ArgumentException);
    }

    [TestCase("a\nb")]
    [TestCase("\n")]
    [TestCase("a\r")]
    public void A_line_that_would_be_read_as_others_is_refused(string line)
    {
        foreach (var ending in new[] { LineEnding.Lf, LineEnding.CrLf })
        {
            Assert.That(Refused(Observable.Return(line).EncodeLines(ending)));
            Assert.That(Refused(Observable.Return(Of(line)).EncodeLines(ending)));
        }
    }

    [TestCase("a--b", "--", true)]
    [TestCase("a-", "--", true)]
    [TestCase("-a", "--", false)]
    [TestCase("xaa", "aab", false)]
    [TestCase("ab", "abab", true)]
    public void A_frame_that_would_be_read_as_others_is_refused(string frame, string delimiter, bool isRefused) =>
        Assert.That(Refused(Observable.Return(Of(frame)).EncodeDelimited(Of(delimiter).Span)), Is.EqualTo(isRefused));

    [Test]
    public void A_frame_of_another_length_is_refused()
    {
        Assert.That(Refused(Observable.Return(Of("abc")).EncodeFixedLength(2)));
        Assert.That(Refused(Observable.Return(Of("ab")).EncodeFixedLength(2)), Is.False);
    }

    [TestCase("u8", 255)]
    [TestCase("u16be", 65535)]
    [TestCase("u16le", 65535)]
    public void A_length_that_does_not_fit_its_field_is_refused(string field, int most)
    {
        var prefix = new PrefixFormat(field).Prefix;
        Assert.That(Refused(Observable.Return(new Bytes(new byte[most])).EncodeLengthPrefixed(prefix)), Is.False);
        Assert.That(Refused(Observable.Return(new Bytes(new byte[most + 1])).EncodeLengthPrefixed(prefix)));
        Assert.That(Refused(Observable.Return(new Bytes(new byte[most])).EncodeLengthPrefixed(prefix with { CountsItself = true })));
        Assert.That(Refused(Observable.Return(new Bytes(new byte[2])).EncodeLengthPrefixed(prefix with { Adjustment = 3 })), "less than nothing");
    }

    [Test]
    public void What_every_encoder_writes_its_decoder_reads([ValueSource(typeof(PrefixFormat), nameof(PrefixFormat.Fields))] string field, [Values] bool countsItself, [Values(0, 5, -5)] int adjustment)
    {
        var format = new PrefixFormat(field, countsItself, adjustment);
        foreach (var length in Enumerable.Range(5, 300).Append(16_382).Append(16_383).Append(16_384).Where(length => field != "u8" || length < 240))
        {
            var frame = new byte[length];
            new Random(length).NextBytes(frame);
            var encoded = Observable.Return(new Bytes(frame)).EncodeLengthPrefixed(format.Prefix).Wait().ToArray();
            Assert.That(Reference.LengthPrefixed(encoded, format, length, false), Is.EqualTo(new Outcome([Outcome.Text(frame)], Outcome.Completed)));
            Assert.That(Observable.Return(new Bytes(encoded)).LengthPrefixed(format.Prefix, length).Wait().ToArray(), Is.EqualTo(frame));
            if (length < 120)
                Assert.That(encoded.AsSpan(0, encoded.Length - length).SequenceEqual(format.Header(length)));
        }
    }

    [Test]
    public void Random_frames_come_back_as_they_were_or_are_refused()
    {
        var random = new Random(4);
        for (var i = 0; i < 5000; i++)
        {
            var frame = new Bytes([.. Enumerable.Range(0, random.Next(8)).Select(_ => (byte)"ab\r\n"[random.Next(4)])]);
            var delimiter = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (byte)"ab"[random.Next(2)]).ToArray();
            Same(frame, f => f.EncodeLines(random.Next(2) == 0 ? LineEnding.Lf : LineEnding.CrLf), b => b.ByteLines(100));
            Same(frame, f => f.EncodeDelimited(delimiter), b => b.Delimited(delimiter, 100));
        }
    }

    [Test]
    public void An_encoder_of_ones_own_writes_as_much_as_it_likes_and_frames_without_bytes_are_left_out()
    {
        var encoded = Encoded(new[] { 3, 0, 5000 }.ToObservable().Encode(new Stars()));
        Assert.That(encoded, Is.EqualTo(new[] { "***", new string('*', 5000) }));
    }

    [Test]
    public void What_an_encoder_throws_is_an_error_of_the_sequence_and_ends_the_subscription()
    {
        var frames = new Subject<int>();
        var probe = frames.Encode(new Stars()).Probe();
        frames.OnNext(1);
        frames.OnNext(-1);
        Assert.That(probe.Items, Has.Count.EqualTo(1));
        Assert.That(probe.Error, Is.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(frames.HasObservers, Is.False);
    }

    [Test]
    public void What_the_observer_throws_is_no_error_of_the_sequence()
    {
        var frames = new Subject<int>();
        Exception? told = null;
        frames.Encode(new Stars()).Subscribe(_ => throw new InvalidOperationException("Meant to be."), error => told = error);
        Assert.That(() => frames.OnNext(1), Throws.InvalidOperationException);
        Assert.That(told, Is.Null);
    }

    [Test]
    public void Kept_elements_stay_as_they_were()
    {
        var lines = Enumerable.Range(0, 1000).Select(i => $"{i} {new string('x', i)}").ToArray();
        Assert.That(Encoded(lines.ToObservable().EncodeLines()), Is.EqualTo(lines.Select(line => line + "\n")));
    }

    [Test]
    public void Each_frame_is_sent_whole_however_many_send()
    {
        var server = new VirtualServer(serve: listener => listener
            .Serve(c => c.Inbound.Bytes().Lines(100).Merge(Observable.Range(0, 3).Select(i => $"{i}")).EncodeLines(LineEnding.CrLf)).Probe());
        var peer = server.Connect();
        _ = peer.SendAsync("a\nb\n"u8.ToArray());
        Assert.That(new VirtualReader(server, peer).All().Text, Is.EqualTo("0\r\n1\r\n2\r\na\r\nb\r\n"));
    }

    private static Bytes Of(string text) => Encoding.Latin1.GetBytes(text);

    private static string[] Encoded(IObservable<Bytes> encoded) => [.. encoded.ToList().Wait().Select(bytes => Outcome.Text(bytes.Span))];

    private static bool Refused(IObservable<Bytes> encoded) => encoded.Probe().Error is ArgumentException;

    private static void Same(Bytes frame, Func<IObservable<Bytes>, IObservable<Bytes>> encode, Func<IObservable<Bytes>, IObservable<Bytes>> decode)
    {
        var probe = encode(Observable.Return(frame)).Probe();
        if (probe.Error is ArgumentException)
            return;
        var decoded = decode(Observable.Return(probe.Items.Single())).Probe();
        Assert.That((decoded.Items.Count, decoded.IsEnded, decoded.Error), Is.EqualTo((1, true, (Exception?)null)));
        Assert.That(decoded.Items[0].Span.SequenceEqual(frame.Span), Outcome.Text(frame.Span));
    }

    private sealed class Stars : IFrameEncoder<int>
    {
        public void Encode(int frame, IBufferWriter<byte> output)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(frame);
            for (var i = 0; i < frame; i++)
                output.Write("*"u8);
        }
    }
}
