namespace RxGlisten;

/// <summary>
/// The bytes ended inside a frame. An end between frames is no error. A served connection ends by it as <see cref="CloseKind.ProtocolError"/>.
/// </summary>
/// <param name="received">How many bytes of the frame there were, header included.</param>
public sealed class TruncatedFrameException(int received) : ProtocolException($"The bytes ended inside a frame, {received} bytes into it.")
{
    /// <summary>How many bytes of the frame there were, header included.</summary>
    public int Received { get; } = received;
}
