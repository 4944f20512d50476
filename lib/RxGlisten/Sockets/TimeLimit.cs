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

    /// <summary>Does something when the time is over; at once, in this call, when there is none.</summary>
    public IDisposable After(Clock clock, ITransportExecutor executor, Action action)
    {
        if (_time == Timeout.InfiniteTimeSpan)
            return Disposable.Empty;
        if (_time > TimeSpan.Zero)
            return clock.After(_time, executor, new Turn(action));
        action();
        return Disposable.Empty;
    }
}
