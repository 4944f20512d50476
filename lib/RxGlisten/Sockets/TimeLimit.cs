using System.Net.Sockets;
using System.Reactive.Disposables;

namespace RxGlisten.Sockets;

/// <summary>How long a call may take.</summary>
internal readonly struct TimeLimit
{
    private readonly TimeSpan _time;

    private TimeLimit(TimeSpan time) => _time = time;

    /// <summary>Checks what a caller gave.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No time that a timer can run.</exception>
    public static TimeLimit Of(TimeSpan? timeout)
    {
        var time = timeout ?? Timeout.InfiniteTimeSpan;
        OptionRange.RequireDuration(time, nameof(timeout), orZero: true);
        return new(time);
    }

    /// <summary>What is told to a caller whose time is over.</summary>
    public static SocketException Exceeded() => new((int)SocketError.TimedOut);

    /// <summary>Cancels when the time is over, unless what was to be cancelled is over itself, and this has been disposed, by then.</summary>
    public IDisposable Cancels(CancellationTokenSource source, Clock clock, ITransportExecutor executor) => After(clock, executor, () =>
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // A timer that fires at this moment can't be held back.
        }
    });

    /// <summary>Does something when the time is over. Where there is none, that is after what the transport has to do now and what it finds when it looks next.</summary>
    public IDisposable After(Clock clock, ITransportExecutor executor, Action action)
    {
        if (_time == Timeout.InfiniteTimeSpan)
            return Disposable.Empty;
        if (_time > TimeSpan.Zero)
            return clock.After(_time, executor, new Turn(action));
        executor.Post(new Turn(() => executor.Post(new Turn(action))));
        return Disposable.Empty;
    }
}
