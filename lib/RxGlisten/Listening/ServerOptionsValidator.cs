namespace RxGlisten;

/// <summary>Says which option is out of its range, before anything is bound.</summary>
internal static class ServerOptionsValidator
{
    private const int MaxAcceptors = 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode AllPermissions = (UnixFileMode)0x1FF; // 0777

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentNullException">No options, or no scheduler.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; it is the exception's parameter.</exception>
    public static void Validate(ServerOptions options)
    {
        ConnectionOptionsValidator.Validate(options);
        OptionRange.RequireBetween(options.Acceptors, 1, MaxAcceptors, nameof(options.Acceptors));
        OptionRange.RequireBetween(options.Backlog, 1, int.MaxValue, nameof(options.Backlog));
        OptionRange.RequireBetween(options.MaxConnections ?? 1, 1, int.MaxValue, nameof(options.MaxConnections));
        OptionRange.RequireDefined(options.AtLimit, nameof(options.AtLimit));
        OptionRange.RequireDuration(options.DrainTimeout, nameof(options.DrainTimeout), orZero: true);
        if (options.Tls is { } tls) TlsOptionsValidator.Validate(tls);

        // Without both of its own rights the owner can't prove a leftover file to be a socket, and so could not replace it.
        if ((options.UnixFileMode & ~AllPermissions) != 0 || (options.UnixFileMode & OwnerOnly) != OwnerOnly)
            throw OptionRange.OutOfRange(options.UnixFileMode, nameof(options.UnixFileMode), "must have UserRead and UserWrite, and permissions only");
    }
}
