using System.Buffers;
using System.Globalization;

namespace RxGlisten.Demos.KeyValue;

/// <summary>Replies in the version of the protocol that the client asked for.</summary>
internal sealed class RespEncoder : IFrameEncoder<Reply>
{
    private const int LongestHeader = 24; // a byte, 20 digits with their sign, and the end of the line

    /// <summary>2, with which every connection begins, or 3.</summary>
    public int Version { get; set; } = 2;

    public void Encode(Reply frame, IBufferWriter<byte> output)
    {
        switch (frame.Kind)
        {
            case ReplyKind.Simple:
                WriteLine(output, '+', frame.Text.Span);
                break;
            case ReplyKind.Error:
                WriteLine(output, '-', frame.Text.Span);
                break;
            case ReplyKind.Integer:
                WriteHeader(output, ':', frame.Number);
                break;
            case ReplyKind.Bulk:
                WriteHeader(output, '$', frame.Text.Length);
                output.Write(frame.Text.Span);
                output.Write("\r\n"u8);
                break;
            case ReplyKind.Null:
                output.Write(Version == 2 ? "$-1\r\n"u8 : "_\r\n"u8);
                break;
            case ReplyKind.Array:
                WriteItems(output, '*', frame.Items.Length, frame.Items);
                break;
            case ReplyKind.Map when Version == 3:
                WriteItems(output, '%', frame.Items.Length / 2, frame.Items);
                break;
            case ReplyKind.Push when Version == 3:
                WriteItems(output, '>', frame.Items.Length, frame.Items);
                break;
            case ReplyKind.Map or ReplyKind.Push:
                WriteItems(output, '*', frame.Items.Length, frame.Items);
                break;
            case ReplyKind.Several:
                WriteAll(output, frame.Items);
                break;
        }
    }

    /// <summary>A reply as bytes of its own.</summary>
    public ReadOnlyMemory<byte> ToBytes(Reply reply)
    {
        var output = new ArrayBufferWriter<byte>();
        Encode(reply, output);
        return output.WrittenMemory;
    }

    private void WriteItems(IBufferWriter<byte> output, char kind, int count, Reply[] items)
    {
        WriteHeader(output, kind, count);
        WriteAll(output, items);
    }

    private void WriteAll(IBufferWriter<byte> output, Reply[] replies)
    {
        foreach (var reply in replies)
            Encode(reply, output);
    }

    private static void WriteLine(IBufferWriter<byte> output, char kind, ReadOnlySpan<byte> text)
    {
        var line = output.GetSpan(text.Length + 3);
        line[0] = (byte)kind;
        text.CopyTo(line[1..]);
        "\r\n"u8.CopyTo(line[(text.Length + 1)..]);
        output.Advance(text.Length + 3);
    }

    private static void WriteHeader(IBufferWriter<byte> output, char kind, long number)
    {
        var line = output.GetSpan(LongestHeader);
        line[0] = (byte)kind;
        number.TryFormat(line[1..], out var digits, default, CultureInfo.InvariantCulture); // there is room for all
        "\r\n"u8.CopyTo(line[(digits + 1)..]);
        output.Advance(digits + 3);
    }
}
