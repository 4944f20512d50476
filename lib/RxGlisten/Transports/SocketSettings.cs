using System.Diagnostics.CodeAnalysis;

namespace RxGlisten;

/// <summary>
/// What every socket of a server or a client is given, accepted or connected; the meanings, units and defaults are those of
/// <see cref="ConnectionOptions"/>.
/// </summary>
public abstract record SocketSettings
{
    private protected SocketSettings()
    {
    }

    [SetsRequiredMembers]
    private protected SocketSettings(ConnectionOptions options) =>
        (NoDelay, KeepAlive, KernelSendBufferBytes, KernelReceiveBufferBytes) =
            (options.NoDelay, options.KeepAlive, options.KernelSendBufferBytes, options.KernelReceiveBufferBytes);

    /// <summary>Whether small writes leave at once (TCP_NODELAY).</summary>
    public required bool NoDelay { get; init; }

    /// <summary>The probes of an idle connection; null for none.</summary>
    public KeepAlive? KeepAlive { get; init; }

    /// <summary>The kernel's buffer for sending; null leaves it alone.</summary>
    public int? KernelSendBufferBytes { get; init; }

    /// <summary>The kernel's buffer for receiving; null leaves it alone.</summary>
    public int? KernelReceiveBufferBytes { get; init; }

    /// <summary>
    /// Called on the thread pool each time a callback of a connection or of the listener blocked the transport's thread for so long that
    /// another has to take over; null when nobody wants to know.
    /// </summary>
    public Action? Blocked { get; init; }
}
