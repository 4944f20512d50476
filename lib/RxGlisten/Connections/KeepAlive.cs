namespace RxGlisten;

/// <summary>
/// Probes of an idle TCP connection (tcp(7)): a peer that vanished without a word, or a middlebox that forgot the connection, is noticed after
/// <see cref="Time"/> + <see cref="Interval"/> × <see cref="Count"/>; the connection then ends as <see cref="CloseKind.TransportError"/>.
/// </summary>
public sealed record KeepAlive
{
    /// <summary>How long nothing may arrive before the first probe (TCP_KEEPIDLE). Whole seconds, 1 to 32,767 s; default 60 s.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long each probe may stay unanswered before the next (TCP_KEEPINTVL). Whole seconds, 1 to 32,767 s; default 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many probes may stay unanswered (TCP_KEEPCNT). 1 to 127; default 5.</summary>
    public int Count { get; init; } = 5;
}
