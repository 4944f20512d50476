using System.Text.Unicode;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>Puts messages together from their frames (RFC 6455, 5.4). For one connection.</summary>
/// <param name="maxBytes">The longest message.</param>
internal sealed class MessageAssembler(int maxBytes)
{
    private readonly List<Bytes> _fragments = [];
    private Opcode _opcode; // of the message under way; none is a continuation
    private int _length;

    /// <summary>Takes the next frame that is no control frame.</summary>
    /// <returns>The message, if it is complete.</returns>
    public WebSocketMessage? Add(WebSocketFrame frame)
    {
        var continues = frame.Opcode == Opcode.Continuation;
        if (continues != _opcode is not Opcode.Continuation)
            throw WebSocketException.Broken(continues ? "There is no message to continue." : "A message begins before the last one ended.");
        if (!continues)
            _opcode = frame.Opcode;
        _length += frame.Payload.Length;
        if (_length > maxBytes)
            throw new WebSocketException(WebSocketException.TooLargeCode, $"A message is longer than {maxBytes} bytes.");
        _fragments.Add(frame.Payload);
        return frame.IsFinal ? Finish() : null;
    }

    private WebSocketMessage Finish()
    {
        var isText = _opcode == Opcode.Text;
        Bytes payload = _fragments is [var only] ? only : _fragments.SelectMany(fragment => fragment.ToArray()).ToArray();
        _fragments.Clear();
        (_opcode, _length) = (Opcode.Continuation, 0);
        if (isText && !Utf8.IsValid(payload.Span))
            throw new WebSocketException(WebSocketException.InvalidTextCode, "A text is UTF-8.");
        return new WebSocketMessage(isText, payload);
    }
}
