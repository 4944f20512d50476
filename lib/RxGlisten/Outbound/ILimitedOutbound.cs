namespace RxGlisten;

/// <summary>A sending side that takes a limit and a policy from who sends, instead of its connection's.</summary>
internal interface ILimitedOutbound
{
    /// <summary>Takes a message, or does with it and the connection what the policy says past the limit. Copies what it keeps.</summary>
    /// <param name="value">What to send.</param>
    /// <param name="policy">What happens past the limit.</param>
    /// <param name="limit">The most bytes in line.</param>
    /// <param name="limitName">What the limit is called where it is told.</param>
    void Offer(ReadOnlyMemory<byte> value, SlowConsumerPolicy policy, long limit, string limitName);

    /// <summary>... or sends it by the connection's own, where the sending side is of another make.</summary>
    static void Offer(IOutbound outbound, ReadOnlyMemory<byte> value, SlowConsumerPolicy policy, long limit, string limitName)
    {
        if (outbound is ILimitedOutbound limited)
            limited.Offer(value, policy, limit, limitName);
        else
            outbound.OnNext(value);
    }
}
