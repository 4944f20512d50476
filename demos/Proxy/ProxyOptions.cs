namespace RxGlisten.Demos.Proxy;

/// <summary>
/// How a proxy's connections behave. It does not give up on its own: whoever is slow, or silent for long, is so to the other side as well. Peers that are
/// gone without a word are found by probes.
/// </summary>
internal static class ProxyOptions
{
    /// <summary>... to clients.</summary>
    public static ServerOptions Serving { get; } = new()
    {
        AbnormalClosure = AbnormalClosure.Error,
        SendTimeout = Timeout.InfiniteTimeSpan,
        HalfOpenTimeout = Timeout.InfiniteTimeSpan,
        KeepAlive = new KeepAlive(),
    };

    /// <summary>... to backends.</summary>
    public static ClientOptions Connecting { get; } = new()
    {
        AbnormalClosure = AbnormalClosure.Error,
        SendTimeout = Timeout.InfiniteTimeSpan,
        HalfOpenTimeout = Timeout.InfiniteTimeSpan,
        KeepAlive = new KeepAlive(),
        ConnectTimeout = TimeSpan.FromSeconds(2),
    };
}
