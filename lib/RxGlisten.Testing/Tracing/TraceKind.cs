namespace RxGlisten.Testing;

/// <summary>What happened on a network.</summary>
public enum TraceKind
{
    /// <summary>A client connects.</summary>
    Connect,

    /// <summary>It was refused.</summary>
    Refused,

    /// <summary>The listener's accept gave the connection.</summary>
    Accepted,

    /// <summary>An accept failed.</summary>
    AcceptFailed,

    /// <summary>An end gave bytes to its side of the network.</summary>
    Sent,

    /// <summary>An end took bytes that had arrived.</summary>
    Received,

    /// <summary>An end sent FIN.</summary>
    Finished,

    /// <summary>An end saw the other's FIN.</summary>
    FinReceived,

    /// <summary>An end sent a reset.</summary>
    ResetSent,

    /// <summary>An end saw a reset.</summary>
    ResetReceived,

    /// <summary>The network broke the connection: both ends see a reset.</summary>
    Broken,

    /// <summary>A client stopped reading.</summary>
    Paused,

    /// <summary>A client reads again.</summary>
    Resumed,

    /// <summary>The server gave its end back, orderly.</summary>
    Closed,

    /// <summary>The server gave its end back by a reset.</summary>
    Aborted,

    /// <summary>A remark of whoever runs the simulation.</summary>
    Note,
}
