namespace RxGlisten.Demos.Http;

/// <summary>The client broke the WebSocket protocol; it is told so by a close frame.</summary>
/// <param name="code">The status of the close frame (RFC 6455, 7.4.1).</param>
/// <param name="message">What was wrong.</param>
internal sealed class WebSocketException(ushort code, string message) : ProtocolException(message)
{
    public const ushort ProtocolErrorCode = 1002;
    public const ushort InvalidTextCode = 1007;
    public const ushort TooLargeCode = 1009;

    /// <summary>The status that the client is told.</summary>
    public ushort Code => code;

    /// <summary>One that is no WebSocket.</summary>
    public static WebSocketException Broken(string message) => new(ProtocolErrorCode, message);
}
