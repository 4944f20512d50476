namespace RxGlisten;

/// <summary>What a handler's loop (<c>Handle</c>) wants next: to go on with a state, or to stop. Made by <see cref="Next"/>.</summary>
/// <typeparam name="TState">The state.</typeparam>
public readonly record struct Next<TState>
{
    internal Next(TState state) => State = state;

    private Next(Next stop)
    {
        State = default!; // nobody asks a stop for its state
        IsStop = true;
        AbnormalReason = stop.AbnormalReason;
    }

    /// <summary>The state to go on with.</summary>
    internal TState State { get; }

    /// <summary>The user messages from now on; null to leave them as they are.</summary>
    internal IObservable<Message>? UserMessages { get; init; }

    /// <summary>Whether the loop has ended.</summary>
    internal bool IsStop { get; }

    /// <summary>Why it ended, where that is not the orderly end.</summary>
    internal string? AbnormalReason { get; }

    /// <summary>A stop as the result of a loop.</summary>
    /// <param name="stop">The stop.</param>
    public static implicit operator Next<TState>(Next stop) => new(stop);

    /// <summary>
    /// Goes on with this source of user messages in place of the one before, which is unsubscribed first; what had come from it is still given to the loop. The new
    /// one is subscribed when the loop has returned, and unsubscribed when the connection ends.
    /// </summary>
    /// <param name="messages">Usually of <see cref="UserMessage{T}"/>. It may run on any thread; when it fails, the connection ends.</param>
    public Next<TState> WithUser(IObservable<Message> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return this with { UserMessages = messages };
    }
}
