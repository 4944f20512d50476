using System.Diagnostics;

namespace RxGlisten;

/// <summary>
/// Whether a member is off its loop: from a turn that blocked the loop on, until so many deliveries in a row were quick. Any thread, several at a time.
/// A field of this type must not be readonly.
/// </summary>
internal struct LoopAbsence
{
    private const int QuickInARow = 100;

    private static readonly long s_quick = Stopwatch.Frequency / 1000; // a millisecond

    private volatile bool _isOn;
    private int _quick;

    /// <summary>Whether it is.</summary>
    public readonly bool IsOn => _isOn;

    /// <summary>A turn blocked the loop.</summary>
    public void Begin()
    {
        Volatile.Write(ref _quick, 0);
        _isOn = true;
    }

    /// <summary>Something was delivered off the loop, in so many ticks of the stopwatch.</summary>
    public void Delivered(long ticks)
    {
        if (ticks > s_quick)
            Volatile.Write(ref _quick, 0);
        else if (Interlocked.Increment(ref _quick) >= QuickInARow)
            _isOn = false;
    }

    /// <summary>Posted work ran off the loop. It counts against coming back, for it may be user code, and not for it: most of it is none.</summary>
    public void Worked(long ticks)
    {
        if (ticks > s_quick)
            Volatile.Write(ref _quick, 0);
    }
}
