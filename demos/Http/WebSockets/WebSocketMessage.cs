using System.Text;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>A message: what one side says to the other, in however many frames.</summary>
/// <param name="IsText">Whether it is text, in UTF-8.</param>
/// <param name="Payload">What it says.</param>
internal readonly record struct WebSocketMessage(bool IsText, Bytes Payload)
{
    /// <summary>A message in words.</summary>
    public static WebSocketMessage Of(string text) => new(true, Encoding.UTF8.GetBytes(text));

    /// <summary>The message as one frame.</summary>
    public WebSocketFrame ToFrame() => new(IsText ? Opcode.Text : Opcode.Binary, Payload);
}
