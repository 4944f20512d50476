using System.Diagnostics.Metrics;
using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// How a connection behaves, whichever side made it: what <see cref="ServerOptions"/> and <see cref="ClientOptions"/> share.
/// "No limit" of a duration is <see cref="Timeout.InfiniteTimeSpan"/>.
/// </summary>
public abstract record ConnectionOptions
{
    private protected ConnectionOptions()
    {
    }

    /// <summary>
    /// What carries the bytes of TCP and unix sockets. Default <see cref="TransportKind.Automatic"/>; <see cref="TransportKind.EventLoop"/> is out of range where
    /// there is none. An endpoint that implements <see cref="ITransportEndPoint"/> brings its own transport, whatever this says.
    /// </summary>
    public TransportKind Transport { get; init; } = TransportKind.Automatic;

    /// <summary>
    /// Whether small writes leave at once (TCP_NODELAY, tcp(7)). Default true; false trades latency for fewer segments. Unix sockets never
    /// wait.
    /// </summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>
    /// Whether and when an idle connection is probed (SO_KEEPALIVE, tcp(7)). Default null: not at all. Unix sockets have nothing to probe.
    /// </summary>
    public KeepAlive? KeepAlive { get; init; }

    /// <summary>
    /// What the kernel may hold for sending, in bytes (SO_SNDBUF, socket(7)). 1 to 1 GiB; the kernel rounds and caps it, and Linux doubles it
    /// for its own books. Default null: left alone, so that TCP tunes it by itself, which setting it turns off.
    /// </summary>
    public int? KernelSendBufferBytes { get; init; }

    /// <summary>
    /// What the kernel may hold of what was received and not read, in bytes (SO_RCVBUF, socket(7)); the TCP window follows from it. 1 to 1
    /// GiB; the kernel rounds and caps it, and Linux doubles it for its own books; no effect on Linux's unix sockets. Default null: left
    /// alone, so that TCP tunes it by itself, which setting it turns off.
    /// </summary>
    public int? KernelReceiveBufferBytes { get; init; }

    /// <summary>How many packets of a connection may be on hold. Default <see cref="RxGlisten.FlowControl.Once"/>.</summary>
    public FlowControl FlowControl { get; init; } = FlowControl.Once;

    /// <summary>
    /// Bytes of a connection on hold at which reading stops, whatever <see cref="FlowControl"/> allows. 1 or more; default 1 MiB.
    /// </summary>
    public long HeldBytesLimit { get; init; } = 1024 * 1024;

    /// <summary>
    /// How long a packet may be on hold; past it the connection ends as <see cref="CloseKind.HandlerFault"/>. Default no limit.
    /// </summary>
    public TimeSpan HoldTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The largest packet, in bytes: the most that one receive takes. 1 to 1 GiB; default 64 KiB.</summary>
    public int ReceiveBufferBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Queued bytes at which reading stops and <see cref="IOutbound.Writable"/> turns false; both are back on under half of it. 1 or more;
    /// default 64 KiB.
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
    /// The user's word that each <c>OnNext</c> is a message that stands alone, so that one may be left out. Default false; the two dropping
    /// policies need true.
    /// </summary>
    public bool DropsAreWholeMessages { get; init; }

    /// <summary>
    /// How many user messages may wait for a connection's handler (<c>Handle</c>); past it <see cref="UserMessagePolicy"/> decides. 1 or more; default 1,024.
    /// </summary>
    public int UserMessageLimit { get; init; } = 1024;

    /// <summary>What happens past <see cref="UserMessageLimit"/>. Default <see cref="UserMessagePolicy.Disconnect"/>.</summary>
    public UserMessagePolicy UserMessagePolicy { get; init; } = UserMessagePolicy.Disconnect;

    /// <summary>How long sending may make no progress; then <see cref="CloseKind.SendTimeout"/>. Default 30 s, as in glisten.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long nothing may arrive while a read is outstanding; then <see cref="CloseKind.IdleTimeout"/>. This side's own sends don't
    /// count. Default no limit.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long this side may go on after the peer's FIN; restarted by every outbound progress. Default 60 s.</summary>
    public TimeSpan HalfOpenTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a graceful close, once all is sent, waits for the peer's FIN while it discards what still arrives. Zero or more; default 5
    /// s. It stands for SO_LINGER (socket(7)), which is left off: a close(2) that lingers blocks its thread.
    /// </summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection may be without subscriber, queued bytes or operator that owns it; then <see cref="CloseKind.Unclaimed"/>, so
    /// that one that got lost on the way to whoever wanted it does not stay open. Default 30 s.
    /// </summary>
    public TimeSpan UnclaimedTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection may be open, from its accept (or connect) and whatever goes on; then it is closed gracefully as
    /// <see cref="CloseKind.MaximumAge"/>. Default no limit.
    /// </summary>
    public TimeSpan MaximumAge { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// What <see cref="IConnection.Inbound"/> does when a connection ends in any way but orderly. Default null:
    /// <see cref="RxGlisten.AbnormalClosure.Complete"/>, but <see cref="RxGlisten.AbnormalClosure.Error"/> for the connection of
    /// <see cref="RxClient"/>'s <c>Use</c>.
    /// </summary>
    public AbnormalClosure? AbnormalClosure { get; init; }

    /// <summary>Runs every timer and measures every duration. Default <see cref="System.Reactive.Concurrency.Scheduler.Default"/>.</summary>
    public IScheduler Scheduler { get; init; } = System.Reactive.Concurrency.Scheduler.Default;

    /// <summary>Where log messages go. Default null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Makes the meter "RxGlisten". Default null: a meter of the process.</summary>
    public IMeterFactory? MeterFactory { get; init; }
}
