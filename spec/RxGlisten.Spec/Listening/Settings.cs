namespace RxGlisten.Spec.Listening;

/// <summary>The transport settings of the default options.</summary>
internal static class Settings
{
    public static TransportSettings Default { get; } = new()
    {
        Backlog = 16,
        NoDelay = true,
        ReuseAddress = true,
        DualMode = true,
        UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };
}
