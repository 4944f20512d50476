namespace RxGlisten;

/// <summary>What epoll tells of a descriptor, with the bits of <c>struct epoll_event</c> (epoll_ctl(2)).</summary>
[Flags]
internal enum ReadyEvents : uint
{
    None = 0,

    /// <summary>There is something to read, or to accept, or the end.</summary>
    Input = 0x1,

    /// <summary>There is urgent data, or was: a receive ends at its mark, though more may follow it.</summary>
    Urgent = 0x2,

    /// <summary>There is room to write.</summary>
    Output = 0x4,

    /// <summary>It failed. Always told.</summary>
    Failed = 0x8,

    /// <summary>Both directions are over. Always told.</summary>
    HungUp = 0x10,

    /// <summary>The peer finished: FIN.</summary>
    PeerFinished = 0x2000,

    /// <summary>Whatever ends a connection, or its peer's half.</summary>
    Ends = Failed | HungUp | PeerFinished,

    /// <summary>Posted by a member to itself, and never told by epoll: it is to go on with what it is at.</summary>
    GoOn = 0x100_0000,

    /// <summary>Posted likewise: what it is at was cancelled.</summary>
    Cancelled = 0x200_0000,

    /// <summary>Tell each change once.</summary>
    EdgeTriggered = 0x8000_0000,
}
