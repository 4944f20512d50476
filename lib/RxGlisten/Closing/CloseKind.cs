namespace RxGlisten;

/// <summary>How a connection ended.</summary>
public enum CloseKind
{
    /// <summary>The peer finished first, orderly.</summary>
    PeerClosed,

    /// <summary>
    /// The peer reset the connection, or was gone when something was sent to it; or its stream was cut: it ended without TLS's close_notify, so that its end may be
    /// missing.
    /// </summary>
    PeerReset,

    /// <summary>This side finished first, orderly.</summary>
    LocalClosed,

    /// <summary>This side reset the connection: <see cref="IConnection.Abort"/> or <c>Outbound.OnError</c>.</summary>
    Aborted,

    /// <summary>Nothing arrived for <see cref="ConnectionOptions.IdleTimeout"/>.</summary>
    IdleTimeout,

    /// <summary>Sending made no progress for <see cref="ConnectionOptions.SendTimeout"/>.</summary>
    SendTimeout,

    /// <summary>The peer read too slowly: more than <see cref="ConnectionOptions.OutboundLimitBytes"/> were queued.</summary>
    SlowConsumer,

    /// <summary>Nobody wanted it for <see cref="ConnectionOptions.UnclaimedTimeout"/>.</summary>
    Unclaimed,

    /// <summary>It was open for <see cref="ConnectionOptions.MaximumAge"/>.</summary>
    MaximumAge,

    /// <summary>
    /// The peer broke the protocol: the pipeline failed with a <see cref="ProtocolException"/>, or the peer's TLS was wrong, or its handshake took too long.
    /// </summary>
    ProtocolError,

    /// <summary>The user's code failed.</summary>
    HandlerFault,

    /// <summary>The listener stopped, or the server operator that owned the connection was disposed.</summary>
    ServerStopping,

    /// <summary>The transport failed in another way.</summary>
    TransportError,
}
