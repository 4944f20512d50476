using System.Buffers.Binary;
using System.Text.Unicode;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>A frame (RFC 6455, 5.2), unmasked.</summary>
internal readonly record struct WebSocketFrame(Opcode Opcode, Bytes Payload, bool IsFinal = true)
{
    public const ushort Normal = 1000;
    public const ushort GoingAway = 1001;

    /// <summary>Whether it is no part of a message.</summary>
    public bool IsControl => Opcode >= Opcode.Close;

    /// <summary>The frame that ends a conversation.</summary>
    public static WebSocketFrame Close(ushort code)
    {
        var payload = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(payload, code);
        return new WebSocketFrame(Opcode.Close, payload);
    }

    /// <summary>Of a close frame that was received: what answers it, which is the same status (RFC 6455, 5.5.1).</summary>
    public WebSocketFrame ToCloseReply()
    {
        if (Payload.IsEmpty)
            return this;
        if (Payload.Length == 1)
            throw WebSocketException.Broken("A close frame's status has two bytes.");
        var code = BinaryPrimitives.ReadUInt16BigEndian(Payload.Span);
        if (code is not ((>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999)))
            throw WebSocketException.Broken($"{code} is no status for a close frame.");
        if (!Utf8.IsValid(Payload.Span[2..]))
            throw new WebSocketException(WebSocketException.InvalidTextCode, "A close frame's reason is UTF-8.");
        return Close(code);
    }
}
