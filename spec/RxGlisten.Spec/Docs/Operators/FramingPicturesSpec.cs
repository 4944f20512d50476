using System.Buffers;
using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Docs.Operators;

/// <summary>The pictures of docs/operators.md that are about frames; each is of a run of the code that stands beside it.</summary>
public sealed class FramingPicturesSpec
{
    private delegate IObservable<T> Operator<T>(IObservable<ReadOnlyMemory<byte>> bytes);

    [Test]
    public void Bytes()
    {
        var stage = new PictureStage();
        // snippet: op-bytes
        var received = stage.Connections().SelectConnection(connection => connection.Inbound.Bytes());
        // end
        stage.Note(received, bytes => ByteText(bytes));
        stage.Client("-'one'---'two'---F");
        stage.Client("--'three'---X", at: 3);
        stage.Draw("bytes", new MarblePicture { Title = "Bytes", Operators = ["Bytes()"], ElementsName = "bytes" }, 12);
    }

    [Test]
    public void Lines() => Draw(
        "lines", "Lines(maxLength: 20)", "lines", "-'hel'--'lo\\nwor'--'ld\\r\\na\\nb\\n'--F", PictureStage.Text, "received",
        // snippet: op-lines
        bytes => bytes.Lines(maxLength: 20) // strings, without their LF or CRLF
        // end
        );

    [Test]
    public void Byte_lines() => Draw(
        "byte-lines", "ByteLines(maxLength: 20)", "lines", "-'one\\ntwo\\n'--'three'--F", line => line, "received",
        // snippet: op-byte-lines
        bytes => bytes.ByteLines(maxLength: 20) // bytes: no string is made
        // end
        );

    [Test]
    public void Delimited() => Draw(
        "delimited", "Delimited(\"--\", maxLength: 20)", "frames", "-'one-'--'-two--th'--'ree--'--F", frame => frame, "received",
        // snippet: op-delimited
        bytes => bytes.Delimited("--"u8, maxLength: 20)
        // end
        );

    [Test]
    public void Length_prefixed() => Draw(
        "length-prefixed", "LengthPrefixed(UInt8, maxLength: 20)", "frames", "-<03 61>--<62 63 01 64 02>--<65 66>--<63>--", frame => frame, "received",
        // snippet: op-length-prefixed
        bytes => bytes.LengthPrefixed(LengthPrefix.UInt8, maxLength: 20) // the last one says 99
        // end
        );

    [Test]
    public void Fixed_length() => Draw(
        "fixed-length", "FixedLength(4)", "frames", "-'abcdef'--'ghijkl'--F", frame => frame, "received",
        // snippet: op-fixed-length
        bytes => bytes.FixedLength(4)
        // end
        );

    [Test]
    public void Decode() => Draw(
        "decode", "Decode(TagDecoder, maxLength: 257)", "values", "-<01 02 61>--<62 07>--<00>--F", value => PictureStage.Text($"{value.Tag}: {Encoding.ASCII.GetString(value.Value.Span)}"), "received",
        // snippet: op-decode
        bytes => bytes.Decode(new TagDecoder(), maxLength: 257)
        // end
        );

    [Test]
    public void Encode_lines() => Draw(
        "encode-lines", "EncodeLines(CrLf)", "bytes", "-'one'--'two'--F", bytes => bytes, "lines",
        // snippet: op-encode-lines
        lines => lines.EncodeLines(LineEnding.CrLf) // of bytes here; it takes strings as well
        // end
        );

    [Test]
    public void Encode_delimited() => Draw(
        "encode-delimited", "EncodeDelimited(\"--\")", "bytes", "-'one'--'two'--F", bytes => bytes, "frames",
        // snippet: op-encode-delimited
        frames => frames.EncodeDelimited("--"u8)
        // end
        );

    [Test]
    public void Encode_length_prefixed() => Draw(
        "encode-length-prefixed", "EncodeLengthPrefixed(UInt16BigEndian)", "bytes", "-'one'--'three'--F", bytes => bytes, "frames",
        // snippet: op-encode-length-prefixed
        frames => frames.EncodeLengthPrefixed(LengthPrefix.UInt16BigEndian)
        // end
        );

    [Test]
    public void Encode_fixed_length() => Draw(
        "encode-fixed-length", "EncodeFixedLength(3)", "bytes", "-'one'--'three'--F", bytes => bytes, "frames",
        // snippet: op-encode-fixed-length
        frames => frames.EncodeFixedLength(3) // refuses any other length
        // end
        );

    [Test]
    public void Encode() => Draw(
        "encode", "Select(Tagged)|Encode(TagEncoder)", "bytes", "-'one'--'two'--F", bytes => bytes, "values",
        // snippet: op-encode
        values => values.Select(value => new Tagged(7, value)).Encode(new TagEncoder())
        // end
        );

    private static void Draw<T>(
        string name, string operators, string yields, string script, Func<T, ReadOnlyMemory<byte>> show, string receives, Operator<T> stage)
    {
        var set = new PictureStage();
        set.Yields(bytes => stage(bytes), show);
        set.Client(script);
        set.Draw(name, new MarblePicture { Title = operators.Split('|')[^1], Operators = operators.Split('|'), ReceivedName = receives, SentName = yields, WidthPixels = 720 }, 24);
    }

    private static string ByteText(ReadOnlyMemory<byte> bytes) => $"'{Encoding.ASCII.GetString(bytes.Span)}'";

    // snippet: tag-encoder
    private sealed class TagEncoder : IFrameEncoder<Tagged>
    {
        public void Encode(Tagged frame, IBufferWriter<byte> output)
        {
            output.Write([frame.Tag, checked((byte)frame.Value.Length)]);
            output.Write(frame.Value.Span);
        }
    }
    // end
}
