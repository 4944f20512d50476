using System.Diagnostics.CodeAnalysis;

namespace RxGlisten;

/// <summary>What a transport needs of <see cref="ServerOptions"/>; the meanings, units and defaults are given there.</summary>
public sealed record TransportSettings : SocketSettings
{
    /// <summary>Makes settings by hand.</summary>
    public TransportSettings()
    {
    }

    [SetsRequiredMembers]
    internal TransportSettings(ServerOptions options)
        : base(options) =>
        (Backlog, ReuseAddress, DualMode, UnixFileMode) = (options.Backlog, options.ReuseAddress, options.DualMode, options.UnixFileMode);

    /// <summary>Connections that may wait to be accepted.</summary>
    public required int Backlog { get; init; }

    /// <summary>Whether the address may be bound while old connections of it linger (SO_REUSEADDR).</summary>
    public required bool ReuseAddress { get; init; }

    /// <summary>Whether an IPv6 any-address takes IPv4 connections as well.</summary>
    public required bool DualMode { get; init; }

    /// <summary>Permissions of a unix socket's file.</summary>
    public required UnixFileMode UnixFileMode { get; init; }
}
