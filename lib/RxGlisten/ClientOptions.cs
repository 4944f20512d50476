namespace RxGlisten;

/// <summary>
/// How a client connects, and how its connections behave. "No limit" of a duration is <see cref="Timeout.InfiniteTimeSpan"/>.
/// </summary>
public sealed record ClientOptions : ConnectionOptions
{
    /// <summary>How long connecting may take, looking up the name and trying its addresses included. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
