namespace RxGlisten;

/// <summary>
/// Who takes what a pulled sequence, subscribed now on this thread, gives in the end: the connection whose pipeline is being subscribed,
/// delivered to, or pulled for.
/// </summary>
internal static class PullContext
{
    [ThreadStatic]
    private static IPullTaker? t_taker;

    [ThreadStatic]
    private static IPulled? t_feeding;

    /// <summary>The taker; null where no connection is around.</summary>
    public static IPullTaker? Current => t_taker ?? (InboundStream.Delivering is { } delivering ? new Bystander(delivering.Connection.Outbound) : null);

    /// <summary>
    /// The pulled sequence whose element is being handed on, for the sinks that it arrives at: one that is shared, or was subscribed where no
    /// connection was around (from a timer, say), learns by its elements what it feeds.
    /// </summary>
    public static IPulled? Feeding => t_feeding;

    /// <summary>From now on subscriptions on this thread feed this one.</summary>
    /// <returns>What to give to <see cref="Leave"/>.</returns>
    public static (IPullTaker? Taker, IPulled? Feeding) Enter(IPullTaker? taker, IPulled? feeding = null)
    {
        var outer = (t_taker, t_feeding);
        (t_taker, t_feeding) = (taker, feeding);
        return outer;
    }

    /// <summary>Ends it.</summary>
    public static void Leave((IPullTaker? Taker, IPulled? Feeding) outer) => (t_taker, t_feeding) = outer;

    /// <summary>A connection inside whose delivery a pull is subscribed: nothing says that its elements will come there.</summary>
    private sealed class Bystander(SendQueue queue) : IPullTaker
    {
        public SendQueue Queue => queue;

        public bool IsGone => false;

        public ValueTask LeaveAsync(CancellationToken cancellation) => default;
    }
}
