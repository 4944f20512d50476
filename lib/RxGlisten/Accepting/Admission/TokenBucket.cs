namespace RxGlisten;

/// <summary>
/// A token bucket, kept as one point in time: when it will be full again (the virtual scheduling form of ITU-T I.371). A bucket that has never been taken from is
/// <c>default</c>.
/// </summary>
internal struct TokenBucket
{
    private Int128 _full; // in ticks: a large bucket that fills slowly is full later than a TimeSpan can say

    /// <summary>Whether it has all its tokens.</summary>
    public readonly bool IsFull(TimeSpan now) => _full <= now.Ticks;

    /// <summary>Takes a token, if there is one.</summary>
    /// <param name="now">The time.</param>
    /// <param name="burst">How many tokens it holds.</param>
    /// <param name="interval">How long one takes to come back.</param>
    public bool TryTake(TimeSpan now, int burst, TimeSpan interval)
    {
        Int128 full = IsFull(now) ? now.Ticks : _full;
        if (full - now.Ticks > (Int128)interval.Ticks * (burst - 1)) return false;
        _full = full + interval.Ticks;
        return true;
    }
}
