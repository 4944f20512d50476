namespace RxGlisten.Testing;

/// <summary>What happened on a connection, as its server saw it. The numbers are those of the recording format and never change.</summary>
public enum ConnectionEventKind : byte
{
    /// <summary>It was accepted. <see cref="ConnectionEvent.Text"/> is the local address, <see cref="ConnectionEvent.Detail"/> the remote one.</summary>
    Opened = 1,

    /// <summary>A packet was delivered: <see cref="ConnectionEvent.Data"/>.</summary>
    Received = 2,

    /// <summary>Bytes were given to be sent: <see cref="ConnectionEvent.Data"/>.</summary>
    Sent = 3,

    /// <summary><see cref="IConnection.Inbound"/> completed.</summary>
    InboundEnded = 4,

    /// <summary><see cref="IConnection.Inbound"/> failed; <see cref="ConnectionEvent.Detail"/> says why.</summary>
    InboundFailed = 5,

    /// <summary>This side has finished sending, or closed gracefully.</summary>
    OutboundFinished = 6,

    /// <summary>It is over. <see cref="ConnectionEvent.Text"/> is the <see cref="CloseKind"/>, <see cref="ConnectionEvent.Detail"/> its sentence.</summary>
    Closed = 7,

    /// <summary>The recorder had no room for an event: nothing of this connection was recorded from here on.</summary>
    Lost = 8,
}
