using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// A lazy deadline: activity only moves the time that <paramref name="since"/> tells, and the timer, when it fires, looks whether the limit is
/// over from there or waits for the rest. So a message costs no timer operation.
/// </summary>
/// <param name="connection">Whose clock and executor it uses.</param>
/// <param name="limit">How long it may take; infinite for ever.</param>
/// <param name="since">From when it counts now; null while it does not count. Called without locks held.</param>
/// <param name="expire">Called, without locks held, at most once.</param>
internal sealed class Deadline(Connection connection, TimeSpan limit, Func<TimeSpan?> since, Action expire) : IThreadPoolWorkItem, IDisposable
{
    private readonly SerialDisposable _timer = new();
    private int _armed;

    /// <summary>Sees to it that the timer runs. To be called without locks held: the scheduler is the user's.</summary>
    public void Arm()
    {
        if (limit != Timeout.InfiniteTimeSpan && Interlocked.Exchange(ref _armed, 1) == 0)
            Schedule(limit);
    }

    /// <summary>The timer fired.</summary>
    public void Execute()
    {
        // Disarmed first, so that whoever starts to count from now on arms it anew.
        Volatile.Write(ref _armed, 0);
        if (since() is not { } start)
            return;
        var rest = start + limit - connection.Settings.Clock.Now;
        if (rest <= TimeSpan.Zero)
            expire();
        else if (Interlocked.Exchange(ref _armed, 1) == 0)
            Schedule(rest);
    }

    /// <summary>Cancels the timer for good.</summary>
    public void Dispose() => _timer.Dispose();

    private void Schedule(TimeSpan due)
    {
        // In its place before it can fire: a timer that fires at once and arms the next would have that one replaced, and so disposed, by itself.
        var timer = new SingleAssignmentDisposable();
        try
        {
            _timer.Disposable = timer;
            timer.Disposable = connection.Settings.Clock.After(due, connection.Executor, this);
        }
        catch (Exception e)
        {
            // The scheduler is the user's. A connection whose timeouts it doesn't keep could stay for ever.
            connection.Closing.Broken(e);
        }
    }
}
