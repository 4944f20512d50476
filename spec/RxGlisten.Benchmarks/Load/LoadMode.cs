namespace RxGlisten.Benchmarks.Load;

/// <summary>What the load generator does.</summary>
internal enum LoadMode
{
    /// <summary>Each connection keeps a fixed number of messages on their way; an answer brings the next.</summary>
    PingPong,

    /// <summary>Each connection writes as long as it has less than a window on its way.</summary>
    Stream,

    /// <summary>Connect, one message, close, again.</summary>
    Churn,

    /// <summary>Connect all, wait, one message on each.</summary>
    Idle,

    /// <summary>One speaks, all hear it.</summary>
    Broadcast,
}
