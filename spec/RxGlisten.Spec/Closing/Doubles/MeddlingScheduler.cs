using System.Reactive.Concurrency;

namespace RxGlisten.Spec.Closing.Doubles;

/// <summary>
/// A scheduler that does something of its own inside <c>Schedule</c>: throws, waits for another thread, fires at once. It offers a stopwatch, and long-running
/// threads that nobody may want.
/// </summary>
internal sealed class MeddlingScheduler(IScheduler inner) : IScheduler, IStopwatchProvider, ISchedulerLongRunning, IServiceProvider
{
    /// <summary>What it does before it sets a timer.</summary>
    public Action<TimeSpan> Meddle { get; set; } = static _ => { };

    /// <summary>Whether it runs the next timer inside the call that sets it.</summary>
    public bool FiresAtOnce { get; set; }

    /// <summary>What its clock shows.</summary>
    public Func<DateTimeOffset> Now { get; set; } = () => inner.Now;

    DateTimeOffset IScheduler.Now => Now();

    public IStopwatch StartStopwatch() => inner.StartStopwatch();

    public IDisposable ScheduleLongRunning<TState>(TState state, Action<TState, System.Reactive.Disposables.ICancelable> action) =>
        throw new NotSupportedException("A thread for each would not do.");

    object? IServiceProvider.GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => Schedule(state, TimeSpan.Zero, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        Meddle(dueTime);
        if (!FiresAtOnce)
            return inner.Schedule(state, dueTime, action);
        FiresAtOnce = false;
        return action(this, state);
    }

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("Timers are relative: the wall clock jumps.");
}
