namespace RxGlisten;

/// <summary>What a transport needs of <see cref="ServerOptions"/>; the meanings, units and defaults are given there.</summary>
public sealed record TransportSettings
{
    /// <summary>Connections that may wait to be accepted.</summary>
    public required int Backlog { get; init; }

    /// <summary>Whether small writes leave at once (TCP_NODELAY).</summary>
    public required bool NoDelay { get; init; }

    /// <summary>Whether the address may be bound while old connections of it linger (SO_REUSEADDR).</summary>
    public required bool ReuseAddress { get; init; }

    /// <summary>Whether an IPv6 any-address takes IPv4 connections as well.</summary>
    public required bool DualMode { get; init; }

    /// <summary>Permissions of a unix socket's file.</summary>
    public required UnixFileMode UnixFileMode { get; init; }

    /// <summary>
    /// Called on the thread pool each time a callback of a connection or of the listener blocked the transport's thread for so long that
    /// another had to take over; null when nobody wants to know.
    /// </summary>
    public Action? Blocked { get; init; }
}
