using System.Buffers;
using System.Text.Unicode;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>Puts messages together from their frames (RFC 6455, 5.4). For one connection.</summary>
/// <param name="maxBytes">The longest message.</param>
internal sealed class MessageAssembler(int maxBytes)
{
    private ArrayBufferWriter<byte> _parts = new(); // one buffer that grows: however small the parts are, they take no more than the message
    private Opcode _opcode; // of the message under way; none is a continuation

    /// <summary>Takes the next frame that is no control frame.</summary>
    /// <returns>The message, if it is complete.</returns>
    public WebSocketMessage? Add(WebSocketFrame frame)
    {
        var continues = frame.Opcode == Opcode.Continuation;
        if (continues != _opcode is not Opcode.Continuation)
            throw WebSocketException.Broken(continues ? "There is no message to continue." : "A message begins before the last one ended.");
        if (!continues)
            _opcode = frame.Opcode;
        if (frame.Payload.Length > maxBytes - _parts.WrittenCount)
            throw new WebSocketException(WebSocketException.TooLargeCode, $"A message is longer than {maxBytes} bytes.");
        if (frame.IsFinal && !continues)
            return Finish(frame.Payload);
        _parts.Write(frame.Payload.Span);
        return frame.IsFinal ? Finish(TakeParts()) : null;
    }

    private Bytes TakeParts()
    {
        var whole = _parts.WrittenMemory;
        _parts = new ArrayBufferWriter<byte>(); // the buffer is the message's from now on
        return whole;
    }

    private WebSocketMessage Finish(Bytes payload)
    {
        var isText = _opcode == Opcode.Text;
        _opcode = Opcode.Continuation;
        if (isText && !Utf8.IsValid(payload.Span))
            throw new WebSocketException(WebSocketException.InvalidTextCode, "A text is UTF-8.");
        return new WebSocketMessage(isText, payload);
    }
}
