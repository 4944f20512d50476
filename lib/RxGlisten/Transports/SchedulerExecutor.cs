using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.ExceptionServices;

namespace RxGlisten;

/// <summary>
/// An executor of one thread at a time: a first-in, first-out queue that is drained on a scheduler. It is for transports of virtual time, such as
/// <see cref="MemoryNetwork"/>: on a test scheduler everything runs on the thread that advances it, and a tick is over when all its
/// consequences are. A chain of completions of any length is a loop here and never a stack: nested inline completions are moved to the
/// pool by the runtime's stack guard once they are deep, and a test scheduler's thread would lose them.
/// Thread-safe where its scheduler is. Work runs without a <see cref="SynchronizationContext"/>; what it throws is thrown by the drain, when the queue is empty.
/// </summary>
public sealed class SchedulerExecutor : ITransportExecutor
{
    private readonly IScheduler _scheduler;
    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _work = new();
    private bool _draining;
    private bool _drainScheduled;

    /// <summary>Makes one with nothing to do.</summary>
    /// <param name="scheduler">
    /// Drains the queue. It must not run work inside <c>Schedule</c>, as the immediate and the current-thread scheduler do, nor wait there for another thread that
    /// uses the same connections: it is called under their locks.
    /// </param>
    /// <exception cref="ArgumentException">The scheduler runs work inside its caller.</exception>
    public SchedulerExecutor(IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        if (scheduler is ImmediateScheduler or CurrentThreadScheduler)
            throw new ArgumentException("A network can't run on a scheduler that runs work inside its caller.", nameof(scheduler));
        _scheduler = scheduler;
    }

    /// <inheritdoc/>
    public void Post(IThreadPoolWorkItem work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            if (_draining || _drainScheduled) return;
            _drainScheduled = true;
        }

        try
        {
            _scheduler.Schedule(this, static (_, executor) =>
            {
                executor.DrainAsScheduled();
                return Disposable.Empty;
            });
        }
        catch (Exception)
        {
            // Nothing will drain: whoever posts next is to try again, for what waits here too.
            lock (_gate) _drainScheduled = false;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Run(IThreadPoolWorkItem work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            if (_draining) return;
            _draining = true;
        }
        Drain();
    }

    private void DrainAsScheduled()
    {
        lock (_gate)
        {
            _drainScheduled = false;
            if (_draining) return;
            _draining = true;
        }
        Drain();
    }

    // Only the thread that turned _draining on is here, and it turns it off in the lock in which it saw the queue empty:
    // an item is either seen by this loop or finds nobody draining.
    private void Drain()
    {
        List<Exception>? faults = null;

        // Under a synchronization context, as test runners set one, the runtime moves the continuations of tasks to the pool.
        var context = SynchronizationContext.Current;
        if (context is not null) SynchronizationContext.SetSynchronizationContext(null);
        while (Next() is { } work)
        {
            // A work item must not throw. One that does is a bug that must be seen, and must not take the others with it.
            try { work.Execute(); }
            catch (Exception fault) { (faults ??= []).Add(fault); }
        }

        if (context is not null) SynchronizationContext.SetSynchronizationContext(context);
        if (faults is null) return;
        if (faults.Count == 1) ExceptionDispatchInfo.Throw(faults[0]);
        throw new AggregateException(faults);
    }

    private IThreadPoolWorkItem? Next()
    {
        lock (_gate)
        {
            if (_work.TryDequeue(out var work)) return work;
            _draining = false;
            return null;
        }
    }
}
