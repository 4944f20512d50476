using System.Buffers;
using System.Text;

namespace RxGlisten;

/// <summary>Writes lines. One that a reader would take for two, or for another, is refused: it may come from somebody who wants just that.</summary>
internal sealed class LineEncoder(LineEnding ending, Encoding? encoding) : IFrameEncoder<ReadOnlyMemory<byte>>, IFrameEncoder<string>
{
    private readonly Encoding _encoding = encoding ?? Encoding.UTF8;

    public void Encode(ReadOnlyMemory<byte> frame, IBufferWriter<byte> output)
    {
        var line = frame.Span;
        Check(line.Contains((byte)'\n') || line is [.., (byte)'\r']);
        output.Write(line);
        End(output);
    }

    public void Encode(string frame, IBufferWriter<byte> output)
    {
        Check(frame.Contains('\n') || frame is [.., '\r']);
        _encoding.GetBytes(frame, output);
        End(output);
    }

    private static void Check(bool isBroken)
    {
        if (isBroken)
            throw new ArgumentException("A line contains a line feed, or ends in a carriage return: what reads it would see other lines.");
    }

    private void End(IBufferWriter<byte> output) => output.Write(ending == LineEnding.CrLf ? "\r\n"u8 : "\n"u8);
}
