using System.Security.Authentication;
using System.Text;

namespace RxGlisten;

/// <summary>Says which option is out of its range, before anything is bound.</summary>
internal static class ServerOptionsValidator
{
    private const int MaxAcceptors = 1024;
    private const int MaxReceiveBufferBytes = 1024 * 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode AllPermissions = (UnixFileMode)0x1FF; // 0777

    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentNullException">No options, or no scheduler.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; it is the exception's parameter.</exception>
    public static void Validate(ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Scheduler, nameof(options.Scheduler));
        ValidateAccepting(options);
        ValidateSizes(options);
        ValidateSlowConsumers(options);
        ValidateDurations(options);
        RequireDefined(options.AbnormalClosure, nameof(options.AbnormalClosure));
        if (options.Tls is { } tls)
            ValidateTls(tls);
    }

    private static void ValidateTls(TlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Certificate, nameof(options.Certificate));
        ArgumentNullException.ThrowIfNull(options.ClientVerification, nameof(options.ClientVerification));
        RequireBetween(options.HandshakeLimit, 1, int.MaxValue, nameof(options.HandshakeLimit));
        RequireDuration(options.HandshakeTimeout, nameof(options.HandshakeTimeout));
        RequireDuration(options.ReloadInterval, nameof(options.ReloadInterval));
        if (options.MinimumVersion is not (SslProtocols.Tls12 or SslProtocols.Tls13))
            throw OutOfRange(options.MinimumVersion, nameof(options.MinimumVersion), "must be Tls12 or Tls13");
        foreach (var name in options.Alpn)
        {
            if (name is null || Encoding.UTF8.GetByteCount(name) is 0 or > 255)
                throw OutOfRange(name ?? "null", nameof(options.Alpn), "must have names of 1 to 255 bytes");
        }
    }

    private static void ValidateAccepting(ServerOptions options)
    {
        RequireBetween(options.Acceptors, 1, MaxAcceptors, nameof(options.Acceptors));
        RequireBetween(options.Backlog, 1, int.MaxValue, nameof(options.Backlog));
        if (options.MaxConnections is { } maximum) RequireBetween(maximum, 1, int.MaxValue, nameof(options.MaxConnections));
        RequireDefined(options.AtLimit, nameof(options.AtLimit));

        // Without both of its own rights the owner can't prove a leftover file to be a socket, and so could not replace it.
        if ((options.UnixFileMode & ~AllPermissions) != 0 || (options.UnixFileMode & OwnerOnly) != OwnerOnly)
            throw OutOfRange(options.UnixFileMode, nameof(options.UnixFileMode), "must have UserRead and UserWrite, and permissions only");
    }

    private static void ValidateSizes(ServerOptions options)
    {
        RequireBetween(options.HeldBytesLimit, 1, long.MaxValue, nameof(options.HeldBytesLimit));
        RequireBetween(options.ReceiveBufferBytes, 1, MaxReceiveBufferBytes, nameof(options.ReceiveBufferBytes));
        RequireBetween(options.OutboundHighWaterBytes, 1, long.MaxValue, nameof(options.OutboundHighWaterBytes));
        if (options.OutboundLimitBytes < options.OutboundHighWaterBytes)
            throw OutOfRange(
                options.OutboundLimitBytes,
                nameof(options.OutboundLimitBytes),
                $"must be at least {nameof(options.OutboundHighWaterBytes)} ({options.OutboundHighWaterBytes})");
    }

    private static void ValidateSlowConsumers(ServerOptions options)
    {
        RequireDefined(options.SlowConsumerPolicy, nameof(options.SlowConsumerPolicy));
        if (options.SlowConsumerPolicy != SlowConsumerPolicy.Disconnect && !options.DropsAreWholeMessages)
            throw OutOfRange(
                options.SlowConsumerPolicy,
                nameof(options.SlowConsumerPolicy),
                $"leaves messages out: set {nameof(options.DropsAreWholeMessages)} if each OnNext is a message that stands alone, "
                + $"or use {nameof(SlowConsumerPolicy.Disconnect)}");
    }

    private static void ValidateDurations(ServerOptions options)
    {
        RequireDuration(options.HoldTimeout, nameof(options.HoldTimeout));
        RequireDuration(options.SendTimeout, nameof(options.SendTimeout));
        RequireDuration(options.IdleTimeout, nameof(options.IdleTimeout));
        RequireDuration(options.HalfOpenTimeout, nameof(options.HalfOpenTimeout));
        RequireDuration(options.LingerTimeout, nameof(options.LingerTimeout), orZero: true);
        RequireDuration(options.UnclaimedTimeout, nameof(options.UnclaimedTimeout));
        RequireDuration(options.MaximumAge, nameof(options.MaximumAge));
        RequireDuration(options.DrainTimeout, nameof(options.DrainTimeout), orZero: true);
    }

    private static void RequireBetween(long value, long least, long most, string option)
    {
        if (value < least || value > most)
            throw OutOfRange(value, option, most is int.MaxValue or long.MaxValue ? $"must be {least} or more" : $"must be {least} to {most}");
    }

    private static void RequireDefined<T>(T value, string option)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw OutOfRange(value, option, "must be one of " + string.Join(", ", Enum.GetNames<T>()));
    }

    private static void RequireDuration(TimeSpan value, string option, bool orZero = false)
    {
        if (value == Timeout.InfiniteTimeSpan || (orZero && value == TimeSpan.Zero)) return;
        if (value <= TimeSpan.Zero || value > LongestTimer)
            throw OutOfRange(
                value,
                option,
                $"must be {(orZero ? "zero or more" : "more than zero")}, at most {LongestTimer} (about 49 days, the longest timer), "
                + "or Timeout.InfiniteTimeSpan for no limit");
    }

    private static ArgumentOutOfRangeException OutOfRange(object value, string option, string rule) =>
        new(option, value, $"{option} {rule}; it is {value}.");
}
