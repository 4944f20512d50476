namespace RxGlisten;

/// <summary>Checks what servers and clients share, before anything is bound or connected.</summary>
internal static class ConnectionOptionsValidator
{
    private const int MaxBufferBytes = 1024 * 1024 * 1024;
    private const int MaxKeepAliveSeconds = 32_767; // MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL of Linux
    private const int MaxKeepAliveCount = 127; // MAX_TCP_KEEPCNT

    /// <summary>Checks every shared option.</summary>
    /// <exception cref="ArgumentNullException">No options, or no scheduler.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; it is the exception's parameter.</exception>
    public static void Validate(ConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Scheduler, nameof(options.Scheduler));
        ValidateSizes(options);
        ValidateSlowConsumers(options);
        ValidateDurations(options);
        OptionRange.RequireDefined(options.Transport, nameof(options.Transport));
        if (options.Transport == TransportKind.EventLoop && !EventLoops.AreSupported)
            throw OptionRange.OutOfRange(
                options.Transport,
                nameof(options.Transport),
                $"is for Linux on x64 and arm64: use {nameof(TransportKind.Automatic)} or {nameof(TransportKind.Sockets)} here");
        if (options.KeepAlive is { } keepAlive) ValidateKeepAlive(keepAlive, nameof(options.KeepAlive));
        OptionRange.RequireBetween(options.UserMessageLimit, 1, int.MaxValue, nameof(options.UserMessageLimit));
        OptionRange.RequireDefined(options.UserMessagePolicy, nameof(options.UserMessagePolicy));
        if (options.AbnormalClosure is { } closure) OptionRange.RequireDefined(closure, nameof(options.AbnormalClosure));
    }

    private static void ValidateSizes(ConnectionOptions options)
    {
        OptionRange.RequireBetween(options.HeldBytesLimit, 1, long.MaxValue, nameof(options.HeldBytesLimit));
        OptionRange.RequireBetween(options.ReceiveBufferBytes, 1, MaxBufferBytes, nameof(options.ReceiveBufferBytes));
        OptionRange.RequireBetween(options.KernelSendBufferBytes ?? 1, 1, MaxBufferBytes, nameof(options.KernelSendBufferBytes));
        OptionRange.RequireBetween(options.KernelReceiveBufferBytes ?? 1, 1, MaxBufferBytes, nameof(options.KernelReceiveBufferBytes));
        OptionRange.RequireBetween(options.OutboundHighWaterBytes, 1, long.MaxValue, nameof(options.OutboundHighWaterBytes));
        if (options.OutboundLimitBytes < options.OutboundHighWaterBytes)
            throw OptionRange.OutOfRange(
                options.OutboundLimitBytes,
                nameof(options.OutboundLimitBytes),
                $"must be at least {nameof(options.OutboundHighWaterBytes)} ({options.OutboundHighWaterBytes})");
    }

    private static void ValidateSlowConsumers(ConnectionOptions options)
    {
        OptionRange.RequireDefined(options.SlowConsumerPolicy, nameof(options.SlowConsumerPolicy));
        if (options.SlowConsumerPolicy != SlowConsumerPolicy.Disconnect && !options.DropsAreWholeMessages)
            throw OptionRange.OutOfRange(
                options.SlowConsumerPolicy,
                nameof(options.SlowConsumerPolicy),
                $"leaves messages out: set {nameof(options.DropsAreWholeMessages)} if each OnNext is a message that stands alone, "
                + $"or use {nameof(SlowConsumerPolicy.Disconnect)}");
    }

    private static void ValidateDurations(ConnectionOptions options)
    {
        OptionRange.RequireDuration(options.HoldTimeout, nameof(options.HoldTimeout));
        OptionRange.RequireDuration(options.SendTimeout, nameof(options.SendTimeout));
        OptionRange.RequireDuration(options.IdleTimeout, nameof(options.IdleTimeout));
        OptionRange.RequireDuration(options.HalfOpenTimeout, nameof(options.HalfOpenTimeout));
        OptionRange.RequireDuration(options.LingerTimeout, nameof(options.LingerTimeout), orZero: true);
        OptionRange.RequireDuration(options.UnclaimedTimeout, nameof(options.UnclaimedTimeout));
        OptionRange.RequireDuration(options.MaximumAge, nameof(options.MaximumAge));
    }

    private static void ValidateKeepAlive(KeepAlive keepAlive, string option)
    {
        RequireSeconds(keepAlive.Time, $"{option}.{nameof(keepAlive.Time)}");
        RequireSeconds(keepAlive.Interval, $"{option}.{nameof(keepAlive.Interval)}");
        OptionRange.RequireBetween(keepAlive.Count, 1, MaxKeepAliveCount, $"{option}.{nameof(keepAlive.Count)}");
    }

    private static void RequireSeconds(TimeSpan value, string option)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(MaxKeepAliveSeconds) || value.Ticks % TimeSpan.TicksPerSecond != 0)
            throw OptionRange.OutOfRange(value, option, $"must be whole seconds, 1 to {MaxKeepAliveSeconds}");
    }
}
