using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten.Spec.Harness;

/// <summary>Counts the timers that are set on a scheduler, and those that neither fired nor were cancelled.</summary>
internal sealed class CountingScheduler(IScheduler inner) : IScheduler
{
    private int _set;
    private int _pending;

    /// <summary>Timers that were set, ever.</summary>
    public int Set => Volatile.Read(ref _set);

    /// <summary>Timers that run.</summary>
    public int Pending => Volatile.Read(ref _pending);

    public DateTimeOffset Now => inner.Now;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => inner.Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        Interlocked.Increment(ref _set);
        Interlocked.Increment(ref _pending);
        var over = Disposable.Create(() => Interlocked.Decrement(ref _pending));
        var timer = inner.Schedule(state, dueTime, (scheduler, s) =>
        {
            over.Dispose();
            return action(scheduler, s);
        });
        return StableCompositeDisposable.Create(timer, over);
    }

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("Timers are relative: the wall clock jumps.");
}
