namespace RxGlisten;

/// <summary>What carries the bytes of TCP and unix sockets.</summary>
public enum TransportKind
{
    /// <summary>The best there is: <see cref="EventLoop"/> on Linux (x64 and arm64), <see cref="Sockets"/> elsewhere.</summary>
    Automatic,

    /// <summary>The sockets of .NET, on the thread pool: every system that .NET runs on.</summary>
    Sockets,

    /// <summary>
    /// The library's own event loops on epoll (Linux, x64 and arm64): callbacks run on a loop, without a hop to the thread pool. A callback that
    /// blocks does not hold up other connections: another thread takes the loop over, and the connection is served by the pool until it is quick again.
    /// </summary>
    EventLoop,
}
