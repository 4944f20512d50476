using System.Reactive.Concurrency;

namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>A scheduler whose clock, and so its stopwatch, throws while it is broken.</summary>
internal sealed class FaultyClock(IScheduler inner) : IScheduler
{
    public bool IsBroken { get; set; }

    public DateTimeOffset Now => IsBroken ? throw new InvalidOperationException("Meant to be.") : inner.Now;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => inner.Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) => inner.Schedule(state, dueTime, action);

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) => inner.Schedule(state, dueTime, action);
}
