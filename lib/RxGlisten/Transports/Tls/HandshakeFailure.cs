namespace RxGlisten;

/// <summary>Turns what a handshake ended with into a reason.</summary>
internal static class HandshakeFailure
{
    /// <summary>The reason.</summary>
    /// <param name="stream">What was received.</param>
    /// <param name="isEnded">Whether this side ended the connection meanwhile.</param>
    /// <param name="error">What the handshake threw.</param>
    public static CloseReason Explain(CipherStream stream, bool isEnded, Exception error)
    {
        if (isEnded)
            return new CloseReason(CloseKind.Aborted, "The connection was ended during the TLS handshake.", error);
        return stream.HandshakeEnd switch
        {
            { Succeeded: false, Error: var failed } => SocketErrors.ToReason(failed),
            { } when !stream.HasReceived => new CloseReason(CloseKind.PeerClosed, "The peer left without a TLS handshake.", null),
            { } => new CloseReason(CloseKind.PeerReset, "The peer left during the TLS handshake.", error),
            null => new CloseReason(CloseKind.ProtocolError, $"The TLS handshake failed: {Causes(error)}", error),
        };
    }

    /// <summary>The messages of an exception and of what caused it: the outermost is seldom the one that says something.</summary>
    public static string Causes(Exception error)
    {
        var text = error.Message;
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (!text.Contains(inner.Message, StringComparison.Ordinal))
                text = $"{text} {inner.Message}";
        }

        return text;
    }
}
