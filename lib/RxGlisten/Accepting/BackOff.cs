namespace RxGlisten;

/// <summary>How long to wait after a failure that time may heal: longer from one to the next, and from the start again after a success.</summary>
/// <param name="first">The first wait, at most the longest.</param>
/// <param name="maximum">The longest wait.</param>
/// <param name="factor">How many times as long as the one before each wait is.</param>
/// <param name="jitter">What part of a wait, at most, is left out at random.</param>
/// <param name="random">Decides that; null leaves nothing out.</param>
internal sealed class BackOff(TimeSpan first, TimeSpan maximum, double factor, double jitter = 0, Random? random = null)
{
    private TimeSpan? _next; // null: the first

    /// <summary>That of an acceptor: 10 ms, doubling to 1 s.</summary>
    public static BackOff OfAcceptor() => new(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1), factor: 2);

    public TimeSpan Next()
    {
        TimeSpan wait = _next ?? first;
        double next = wait.Ticks * factor; // perhaps more than a TimeSpan holds
        _next = next < maximum.Ticks ? new TimeSpan((long)next) : maximum;
        return random is null ? wait : wait * (1 - (jitter * random.NextDouble()));
    }

    public void Reset() => _next = null;
}
