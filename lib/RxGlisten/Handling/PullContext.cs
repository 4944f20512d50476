namespace RxGlisten;

/// <summary>
/// The send queue that a pulled sequence, subscribed now on this thread, feeds in the end: that of the connection whose pipeline is being
/// subscribed, delivered to, or pulled for.
/// </summary>
internal static class PullContext
{
    [ThreadStatic]
    private static SendQueue? t_queue;

    /// <summary>The queue; null where no served connection is around.</summary>
    public static SendQueue? Current => t_queue ?? InboundStream.Delivering?.Connection.Outbound;

    /// <summary>From now on subscriptions on this thread feed this queue.</summary>
    /// <returns>What to give to <see cref="Leave"/>.</returns>
    public static SendQueue? Enter(SendQueue? queue)
    {
        var outer = t_queue;
        t_queue = queue;
        return outer;
    }

    /// <summary>Ends it.</summary>
    public static void Leave(SendQueue? outer) => t_queue = outer;
}
