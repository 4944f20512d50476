using System.Diagnostics;

namespace RxGlisten;

/// <summary>
/// When a loop looks again for events before it sleeps. A processor that goes to sleep between a peer's two messages takes longer to wake than most
/// peers to answer, and costs as much; a loop of many busy connections gains by sleeping, because more events wait for it afterwards. So it is done
/// only while events come one at a time, and, where it keeps finding nothing, ever less often. Belongs to the loop's role.
/// </summary>
internal struct LoopSpin
{
    private const int SinglesInARow = 16;
    private const int MostFailures = 8; // after so many in a row one wait in 256 looks again

    private static readonly long s_limit = Environment.ProcessorCount > 1 ? Stopwatch.Frequency * 60 / 1_000_000 : 0; // 60 µs, a round trip to a peer that was asleep

    private int _singles;
    private int _failures;
    private int _left; // waits until the next try
    private long _end;

    /// <summary>The last wait gave so many events; whether to look again before sleeping.</summary>
    public bool TryBegin(int events)
    {
        _singles = events > 1 ? 0 : Math.Min(_singles + 1, SinglesInARow);
        if (_singles < SinglesInARow || s_limit == 0 || (_left > 0 && --_left > 0))
            return false;
        _end = Stopwatch.GetTimestamp() + s_limit;
        return true;
    }

    /// <summary>Whether it is time to sleep: nothing came.</summary>
    public bool IsOver()
    {
        if (Stopwatch.GetTimestamp() < _end)
            return false;
        _failures = Math.Min(_failures + 1, MostFailures);
        _left = 1 << _failures;
        return true;
    }

    /// <summary>Something came.</summary>
    public void Succeed() => _failures = _left = 0;
}
