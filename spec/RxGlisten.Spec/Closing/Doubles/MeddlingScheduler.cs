using System.Reactive.Concurrency;

namespace RxGlisten.Spec.Closing.Doubles;

/// <summary>A scheduler that does something of its own inside <c>Schedule</c>: throws, waits for another thread, fires at once.</summary>
internal sealed class MeddlingScheduler(IScheduler inner) : IScheduler
{
    /// <summary>What it does before it sets a timer.</summary>
    public Action<TimeSpan> Meddle { get; set; } = static _ => { };

    /// <summary>Whether it runs the next timer inside the call that sets it.</summary>
    public bool FiresAtOnce { get; set; }

    public DateTimeOffset Now => inner.Now;

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
