namespace RxGlisten.Testing;

/// <summary>What can go wrong.</summary>
public enum FaultKind
{
    /// <summary>Everything takes <see cref="Fault.For"/> longer, each way.</summary>
    Latency,

    /// <summary>Everything takes up to <see cref="Fault.For"/> longer, at random; order is kept.</summary>
    Jitter,

    /// <summary>Only <see cref="Fault.Amount"/> bytes a second, each way.</summary>
    Bandwidth,

    /// <summary>Only <see cref="Fault.Amount"/> bytes may be on their way or unread, each way.</summary>
    Window,

    /// <summary>Writes fall into pieces of at most <see cref="Fault.Amount"/> bytes, each way, and each piece is read by itself.</summary>
    Fragmentation,

    /// <summary>The connection is refused.</summary>
    Refusal,

    /// <summary>Nothing arrives for <see cref="Fault.For"/>, from a byte or a time on.</summary>
    Stall,

    /// <summary>The network breaks the connection at a byte or a time: both ends see a reset.</summary>
    Reset,

    /// <summary>The client sends FIN at a byte or a time, and nothing after it.</summary>
    Finish,

    /// <summary>The client is closed at a time: FIN, and a reset for whatever comes later.</summary>
    Close,

    /// <summary>The client stops reading for <see cref="Fault.For"/>, from a time on.</summary>
    StopReading,

    /// <summary>An accept fails with <see cref="Fault.Error"/>; <see cref="Fault.Amount"/> counts which.</summary>
    AcceptError,

    /// <summary>Something that the scenario said may happen, happens at a time.</summary>
    Happening,

    /// <summary>A hold is released <see cref="Fault.For"/> later than the scenario says; <see cref="Fault.Amount"/> counts which.</summary>
    LateRelease,
}
