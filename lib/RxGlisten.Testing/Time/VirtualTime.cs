using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten.Testing;

/// <summary>
/// A scheduler whose time goes on only when it is told to, and that knows what it still has to do. Work that is due at the same time runs in the order
/// in which it was scheduled, never inside <c>Schedule</c>, on the thread that advances, without a <see cref="SynchronizationContext"/>
/// (under one, as test runners set it, the runtime moves the continuations of tasks to the pool). Not thread-safe.
/// A <c>TestScheduler</c> does as well everywhere in this package; this one is faster, and due work takes no tick.
/// </summary>
public sealed class VirtualTime : IScheduler, IStopwatchProvider, IServiceProvider
{
    private readonly PriorityQueue<Work, Place> _queue = new();
    private long _now;
    private long _order;

    /// <summary>The time since the beginning.</summary>
    public TimeSpan Elapsed => new(_now);

    /// <summary>The time as a date; it begins at the first moment there is.</summary>
    public DateTimeOffset Now => new(_now, TimeSpan.Zero);

    /// <summary>How much is scheduled and was neither run nor cancelled.</summary>
    public int Pending { get; private set; }

    /// <summary>Runs what is due by then, and makes it then.</summary>
    /// <param name="time">How much later; not negative.</param>
    public void AdvanceBy(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var target = _now + time.Ticks;
        RunUntil(target);
        _now = target;
    }

    /// <summary>Runs what is due by then, and makes it then.</summary>
    /// <param name="time">Counted from the beginning; not before <see cref="Elapsed"/>.</param>
    public void AdvanceTo(TimeSpan time) => AdvanceBy(time - Elapsed);

    /// <summary>Runs until nothing is left to do; time stops at the last work.</summary>
    public void Run() => RunUntil(long.MaxValue);

    /// <summary>Runs until nothing is left to do, or nothing is before the limit; time stops at the last work.</summary>
    /// <param name="limit">Counted from the beginning.</param>
    /// <returns>Whether nothing is left.</returns>
    public bool Run(TimeSpan limit)
    {
        RunUntil(limit.Ticks);
        return Pending == 0;
    }

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => Add(state, _now, action);

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Add(state, _now + Math.Max(0, dueTime.Ticks), action);

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Add(state, Math.Max(_now, dueTime.UtcTicks), action);

    /// <inheritdoc/>
    public IStopwatch StartStopwatch() => new Stopwatch(this, _now);

    object? IServiceProvider.GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    /// <summary>Runs what is next.</summary>
    /// <param name="limit">... unless it is due later than this, counted from the beginning.</param>
    /// <returns>Whether there was something.</returns>
    internal bool RunNext(TimeSpan limit)
    {
        while (_queue.TryPeek(out var work, out var place) && (work.IsOver || place.Due <= limit.Ticks))
        {
            _queue.Dequeue();
            if (work.IsOver)
                continue;
            _now = place.Due;
            work.Run();
            return true;
        }

        return false;
    }

    private Work<TState> Add<TState>(TState state, long due, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var work = new Work<TState>(this, state, action);
        _queue.Enqueue(work, new Place(due, _order++));
        Pending++;
        return work;
    }

    private void RunUntil(long limit)
    {
        var context = SynchronizationContext.Current;
        if (context is not null)
            SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (_queue.TryPeek(out var work, out var place) && (place.Due <= limit || work.IsOver))
            {
                _queue.Dequeue();
                if (work.IsOver)
                    continue;
                _now = place.Due;
                work.Run();
            }
        }
        finally
        {
            if (context is not null)
                SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private readonly record struct Place(long Due, long Order) : IComparable<Place>
    {
        public int CompareTo(Place other) => Due != other.Due ? Due.CompareTo(other.Due) : Order.CompareTo(other.Order);
    }

    private abstract class Work(VirtualTime time) : IDisposable
    {
        private IDisposable? _running; // what the action gave back

        public bool IsOver { get; private set; }

        public void Run()
        {
            IsOver = true;
            time.Pending--;
            var given = Call();
            if (ReferenceEquals(_running, Disposable.Empty))
                given.Dispose(); // it was disposed while it ran
            else
                _running = given;
        }

        public void Dispose()
        {
            var given = _running;
            _running = Disposable.Empty;
            given?.Dispose();
            if (IsOver)
                return;
            IsOver = true;
            time.Pending--;
        }

        protected abstract IDisposable Call();
    }

    private sealed class Work<TState>(VirtualTime time, TState state, Func<IScheduler, TState, IDisposable> action) : Work(time)
    {
        private readonly VirtualTime _time = time;

        protected override IDisposable Call() => action(_time, state);
    }

    private sealed class Stopwatch(VirtualTime time, long start) : IStopwatch
    {
        public TimeSpan Elapsed => new(time._now - start);
    }
}
