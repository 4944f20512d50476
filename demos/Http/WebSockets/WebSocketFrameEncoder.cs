using System.Buffers;
using System.Buffers.Binary;

namespace RxGlisten.Demos.Http;

/// <summary>Writes a server's frames, which are not masked (RFC 6455, 5.2).</summary>
internal sealed class WebSocketFrameEncoder : IFrameEncoder<WebSocketFrame>
{
    private const int MostHeaderBytes = 10;

    public void Encode(WebSocketFrame frame, IBufferWriter<byte> output)
    {
        var header = output.GetSpan(MostHeaderBytes);
        var length = frame.Payload.Length;
        header[0] = (byte)((frame.IsFinal ? 0x80 : 0) | (byte)frame.Opcode);
        var used = 2;
        if (length < 126)
        {
            header[1] = (byte)length;
        }
        else if (length <= ushort.MaxValue)
        {
            header[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
            used += 2;
        }
        else
        {
            header[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)length);
            used += 8;
        }

        output.Advance(used);
        output.Write(frame.Payload.Span);
    }
}
