namespace RxGlisten;

/// <summary>
/// How a server behaves. Validated when it binds: an option out of its range is an <see cref="ArgumentOutOfRangeException"/> that names it.
/// "No limit" of a duration is <see cref="Timeout.InfiniteTimeSpan"/>.
/// </summary>
public sealed record ServerOptions : ConnectionOptions
{
    /// <summary>How many accept loops share the listening socket. 1 to 1,024; default 10, as in glisten.</summary>
    public int Acceptors { get; init; } = 10;

    /// <summary>Connections that may wait in the kernel to be accepted (listen(2)). 1 or more; default 1,024.</summary>
    public int Backlog { get; init; } = 1024;

    /// <summary>Whether the port may be bound while old connections of it linger (SO_REUSEADDR, socket(7)). Default true.</summary>
    public bool ReuseAddress { get; init; } = true;

    /// <summary>Whether an IPv6 any-address takes IPv4 connections as well (IPV6_V6ONLY off, ipv6(7)). Default true.</summary>
    public bool DualMode { get; init; } = true;

    /// <summary>Permissions of a unix socket's file. It must contain these two. Default owner read and write only; wider lets other users connect.</summary>
    public UnixFileMode UnixFileMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Connections open at a time, 1 or more. Default null: the process's descriptor limit less headroom, shared by all listeners that leave
    /// it null, because a .NET process that runs out of descriptors can abort; no limit where connections take no descriptors.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>What happens at <see cref="MaxConnections"/>. Default <see cref="AtLimitPolicy.Wait"/>.</summary>
    public AtLimitPolicy AtLimit { get; init; } = AtLimitPolicy.Wait;

    /// <summary>
    /// How connections are encrypted, on whatever endpoint; a connection is delivered when its handshake is over. Default null: they are not.
    /// </summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The drain time of <c>DisposeAsync</c> of a listener. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
