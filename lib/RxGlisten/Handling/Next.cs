namespace RxGlisten;

/// <summary>
/// What a handler's loop (<c>Handle</c>) wants next: <see cref="Continue{TState}"/> makes a <see cref="Next{TState}"/>; a value of this type itself is
/// a stop, which needs no state and turns into the loop's result by itself.
/// </summary>
public readonly record struct Next
{
    private Next(string reason) => AbnormalReason = reason;

    /// <summary>Why it stops, where that is not the orderly end; null where it is.</summary>
    internal string? AbnormalReason { get; }

    /// <summary>Go on: wait for the next message with this state.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    /// <param name="state">What the loop is given with the next message.</param>
    public static Next<TState> Continue<TState>(TState state) => new(state);

    /// <summary>
    /// This is the end: what was sent is flushed and the connection closed gracefully, as <see cref="CloseKind.LocalClosed"/>. Messages that wait are dropped;
    /// the state stays what it was before this message.
    /// </summary>
    public static Next Stop() => default;

    /// <summary>The same for a failure: the connection ends as <see cref="CloseKind.HandlerFault"/> with an <see cref="AbnormalStopException"/>, logged once.</summary>
    /// <param name="reason">What went wrong, a sentence.</param>
    public static Next StopAbnormal(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new(reason);
    }
}
