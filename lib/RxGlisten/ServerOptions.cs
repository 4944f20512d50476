using System.Diagnostics.Metrics;
using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// How a server behaves. Validated when it binds: an option out of its range is an <see cref="ArgumentOutOfRangeException"/> that names it.
/// "No limit" of a duration is <see cref="Timeout.InfiniteTimeSpan"/>.
/// </summary>
public sealed record ServerOptions
{
    /// <summary>How many accept loops share the listening socket. 1 to 1,024; default 10, as in glisten.</summary>
    public int Acceptors { get; init; } = 10;

    /// <summary>Connections that may wait in the kernel to be accepted (listen(2)). 1 or more; default 1,024.</summary>
    public int Backlog { get; init; } = 1024;

    /// <summary>Whether small writes leave at once (TCP_NODELAY, tcp(7)). Default true; false trades latency for fewer segments.</summary>
    public bool NoDelay { get; init; } = true;

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

    /// <summary>How many packets of a connection may be on hold. Default <see cref="RxGlisten.FlowControl.Once"/>.</summary>
    public FlowControl FlowControl { get; init; } = FlowControl.Once;

    /// <summary>Bytes of a connection on hold at which reading stops, whatever <see cref="FlowControl"/> allows. 1 or more; default 1 MiB.</summary>
    public long HeldBytesLimit { get; init; } = 1024 * 1024;

    /// <summary>How long a packet may be on hold; past it the connection ends as <see cref="CloseKind.HandlerFault"/>. Default no limit.</summary>
    public TimeSpan HoldTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The largest packet, in bytes: the most that one receive takes. 1 to 1 GiB; default 64 KiB.</summary>
    public int ReceiveBufferBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Queued bytes at which reading stops and <see cref="IOutbound.Writable"/> turns false; both are back on under half of it. 1 or more; default 64 KiB.
    /// </summary>
    public long OutboundHighWaterBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Queued bytes past which <see cref="SlowConsumerPolicy"/> decides. At least <see cref="OutboundHighWaterBytes"/>; default 16 MiB.
    /// A message is always admitted while the queue is under the high-water mark, whatever its size.
    /// </summary>
    public long OutboundLimitBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>What happens past <see cref="OutboundLimitBytes"/>. Default <see cref="SlowConsumerPolicy.Disconnect"/>.</summary>
    public SlowConsumerPolicy SlowConsumerPolicy { get; init; } = SlowConsumerPolicy.Disconnect;

    /// <summary>
    /// The user's word that each <c>OnNext</c> is a message that stands alone, so that one may be left out. Default false; the two dropping policies need true.
    /// </summary>
    public bool DropsAreWholeMessages { get; init; }

    /// <summary>How long sending may make no progress; then <see cref="CloseKind.SendTimeout"/>. Default 30 s, as in glisten.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long nothing may arrive while a read is outstanding; then <see cref="CloseKind.IdleTimeout"/>. The server's own sends don't count. Default no limit.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long this side may go on after the peer's FIN; restarted by every outbound progress. Default 60 s.</summary>
    public TimeSpan HalfOpenTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a graceful close, once all is sent, waits for the peer's FIN while it discards what still arrives. Default 5 s.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection may be without subscriber, queued bytes or server operator; then <see cref="CloseKind.Unclaimed"/>. Default 30 s.
    /// </summary>
    public TimeSpan UnclaimedTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may be open; then <see cref="CloseKind.MaximumAge"/>. Default no limit.</summary>
    public TimeSpan MaximumAge { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The drain time of <c>DisposeAsync</c> of a listener. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What <see cref="IConnection.Inbound"/> does when a connection ends in any way but orderly. Default <see cref="AbnormalClosure.Complete"/>.</summary>
    public AbnormalClosure AbnormalClosure { get; init; } = AbnormalClosure.Complete;

    /// <summary>Runs every timer and measures every duration. Default <see cref="System.Reactive.Concurrency.Scheduler.Default"/>.</summary>
    public IScheduler Scheduler { get; init; } = System.Reactive.Concurrency.Scheduler.Default;

    /// <summary>Where log messages go. Default null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Makes the meter "RxGlisten". Default null: a meter of the process.</summary>
    public IMeterFactory? MeterFactory { get; init; }
}
