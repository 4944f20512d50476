using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// The only way to time in this library: every timer is relative and every duration comes from a stopwatch of the user's scheduler,
/// because the default scheduler's <c>Now</c> is the wall clock and jumps.
/// </summary>
internal sealed class Clock(IScheduler scheduler)
{
    private readonly IStopwatch _stopwatch = scheduler.StartStopwatch();

    /// <summary>Time since the server was bound.</summary>
    public TimeSpan Now => _stopwatch.Elapsed;

    /// <summary>Runs the work once, as a turn of the executor, when <paramref name="due"/> is over.</summary>
    public IDisposable After(TimeSpan due, ITransportExecutor executor, IThreadPoolWorkItem work) =>
        scheduler.Schedule((executor, work), due, static (_, timer) =>
        {
            timer.executor.Run(timer.work);
            return Disposable.Empty;
        });
}
