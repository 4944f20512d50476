namespace RxGlisten;

/// <summary>A connection that takes what a pulled sequence gives.</summary>
internal interface IPullTaker
{
    /// <summary>Where its room is seen; null for a connection of another make, which always has some.</summary>
    SendQueue? Queue { get; }

    /// <summary>Whether it is over, and whatever it had subscribed is unsubscribed.</summary>
    bool IsGone { get; }

    /// <summary>When it takes no more: waits until it is gone, if it unsubscribes anything.</summary>
    ValueTask LeaveAsync(CancellationToken cancellation);
}
