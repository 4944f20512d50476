using System.Buffers.Binary;

namespace RxGlisten.Demos.Http;

/// <summary>Finds a client's frames, which are masked, and takes the mask off (RFC 6455, 5.2 and 5.3).</summary>
/// <param name="maxPayloadBytes">The longest payload.</param>
internal sealed class WebSocketFrameDecoder(int maxPayloadBytes) : IFrameDecoder<WebSocketFrame>
{
    /// <summary>The longest header: two bytes, a length of eight, a mask of four.</summary>
    public const int MostHeaderBytes = 14;

    private const int MaskBytes = 4;
    private const int MostControlBytes = 125;

    /// <summary>Unmasking copies.</summary>
    public bool KeepsBytes => false;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out WebSocketFrame frame, out int length)
    {
        var span = bytes.Span;
        frame = default;
        length = 2;
        if (span.Length < length)
            return false;
        var opcode = CheckHead(span[0], span[1]);
        var lengthBytes = (span[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };
        var header = 2 + lengthBytes + MaskBytes;
        length = header;
        if (span.Length < length)
            return false;
        length += PayloadLength(span[1] & 0x7F, span.Slice(2, lengthBytes));
        if (span.Length < length)
            return false;
        frame = new WebSocketFrame(opcode, Unmask(span[header..length], span.Slice(header - MaskBytes, MaskBytes)), IsFinal: (span[0] & 0x80) != 0);
        return true;
    }

    private static Opcode CheckHead(byte first, byte second)
    {
        var opcode = (Opcode)(first & 0x0F);
        var isFinal = (first & 0x80) != 0;
        if ((first & 0x70) != 0)
            throw WebSocketException.Broken("A frame has bits that mean nothing here.");
        if (!Enum.IsDefined(opcode))
            throw WebSocketException.Broken($"{(int)opcode} is no kind of frame.");
        if ((second & 0x80) == 0)
            throw WebSocketException.Broken("A client's frames are masked.");
        if (opcode >= Opcode.Close && (!isFinal || (second & 0x7F) > MostControlBytes))
            throw WebSocketException.Broken("A control frame is whole, and of 125 bytes at most.");
        return opcode;
    }

    private int PayloadLength(int shortLength, ReadOnlySpan<byte> longLength)
    {
        var length = longLength.Length switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(longLength),
            8 => BinaryPrimitives.ReadUInt64BigEndian(longLength),
            _ => (ulong)shortLength,
        };
        if ((longLength.Length == 2 && length < 126) || (longLength.Length == 8 && length <= ushort.MaxValue))
            throw WebSocketException.Broken("A length takes no more bytes than it needs.");
        return length <= (ulong)maxPayloadBytes
            ? (int)length
            : throw new WebSocketException(WebSocketException.TooLargeCode, $"A frame of {length} bytes was announced; at most {maxPayloadBytes} are allowed.");
    }

    private static byte[] Unmask(ReadOnlySpan<byte> masked, ReadOnlySpan<byte> mask)
    {
        var payload = masked.ToArray();
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= mask[i % MaskBytes];
        return payload;
    }
}
