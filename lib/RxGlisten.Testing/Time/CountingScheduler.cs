using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten.Testing;

/// <summary>
/// Another scheduler, counted: given to <see cref="ConnectionOptions.Scheduler"/>, it shows whether a server leaves timers behind. Thread-safe where the other one is.
/// </summary>
public sealed class CountingScheduler : IScheduler, IStopwatchProvider, IServiceProvider
{
    private readonly IScheduler _scheduler;
    private int _pending;

    /// <summary>Counts what is scheduled through this.</summary>
    /// <param name="scheduler">Does the work.</param>
    public CountingScheduler(IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
    }

    /// <summary>How much was scheduled through this and was neither run nor cancelled.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <inheritdoc/>
    public DateTimeOffset Now => _scheduler.Now;

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
    {
        var work = new Work<TState>(this, state, action);
        work.Scheduled.Disposable = _scheduler.Schedule(work, Run);
        return work;
    }

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        var work = new Work<TState>(this, state, action);
        work.Scheduled.Disposable = _scheduler.Schedule(work, dueTime, Run);
        return work;
    }

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        var work = new Work<TState>(this, state, action);
        work.Scheduled.Disposable = _scheduler.Schedule(work, dueTime, Run);
        return work;
    }

    /// <inheritdoc/>
    public IStopwatch StartStopwatch() => _scheduler.StartStopwatch();

    object? IServiceProvider.GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    private static IDisposable Run<TState>(IScheduler scheduler, Work<TState> work) => work.Run();

    private sealed class Work<TState> : IDisposable
    {
        private readonly CountingScheduler _owner;
        private readonly TState _state;
        private readonly Func<IScheduler, TState, IDisposable> _action;
        private int _over;

        public Work(CountingScheduler owner, TState state, Func<IScheduler, TState, IDisposable> action)
        {
            (_owner, _state, _action) = (owner, state, action);
            Interlocked.Increment(ref owner._pending);
        }

        public SingleAssignmentDisposable Scheduled { get; } = new();

        public IDisposable Run()
        {
            if (!TryEnd())
                return Disposable.Empty;
            return _action(_owner, _state);
        }

        public void Dispose()
        {
            TryEnd();
            Scheduled.Dispose();
        }

        private bool TryEnd()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0)
                return false;
            Interlocked.Decrement(ref _owner._pending);
            return true;
        }
    }
}
