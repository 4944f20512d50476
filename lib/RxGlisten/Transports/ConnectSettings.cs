namespace RxGlisten;

/// <summary>What a transport needs of <see cref="ClientOptions"/>; the meanings, units and defaults are given there.</summary>
public sealed record ConnectSettings
{
    /// <summary>Whether small writes leave at once (TCP_NODELAY).</summary>
    public required bool NoDelay { get; init; }
}
