namespace RxGlisten;

/// <summary>
/// The send queue that a pulled sequence, subscribed now on this thread, feeds in the end: that of the connection whose pipeline is being
/// subscribed, delivered to, or pulled for.
/// </summary>
internal static class PullContext
{
    [ThreadStatic]
    private static SendQueue? t_queue;

    [ThreadStatic]
    private static IPulled? t_feeding;

    /// <summary>The queue; null where no served connection is around.</summary>
    public static SendQueue? Current => t_queue ?? InboundStream.Delivering?.Connection.Outbound;

    /// <summary>
    /// The pulled sequence whose element is being handed on, for the sink that it arrives at: one that was subscribed where no connection
    /// was around (from a timer, say) learns by its first element what it feeds.
    /// </summary>
    public static IPulled? Feeding => t_feeding;

    /// <summary>From now on subscriptions on this thread feed this queue.</summary>
    /// <returns>What to give to <see cref="Leave"/>.</returns>
    public static (SendQueue? Queue, IPulled? Feeding) Enter(SendQueue? queue, IPulled? feeding = null)
    {
        var outer = (t_queue, t_feeding);
        (t_queue, t_feeding) = (queue, feeding);
        return outer;
    }

    /// <summary>Ends it.</summary>
    public static void Leave((SendQueue? Queue, IPulled? Feeding) outer) => (t_queue, t_feeding) = outer;
}
