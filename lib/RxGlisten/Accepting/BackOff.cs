namespace RxGlisten;

/// <summary>How long an acceptor waits after an error that time may heal: 10 ms, doubling to 1 s, from the start again after a success.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _next = Shortest;

    public TimeSpan Next()
    {
        TimeSpan wait = _next;
        _next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }

    public void Reset() => _next = Shortest;
}
