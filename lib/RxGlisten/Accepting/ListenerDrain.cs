using System.Reactive.Disposables;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>The end of a listener: tells connections to finish, cuts them at the earliest deadline, and says when all is over.</summary>
/// <param name="ledger">Knows what is open.</param>
/// <param name="clock">Times the deadline.</param>
/// <param name="executor">Where the deadline and the end happen.</param>
/// <param name="ended">Called once, after the last connection closed and before the result is given.</param>
/// <param name="log">Where faults of the user's callbacks are logged.</param>
internal sealed class ListenerDrain(ConnectionLedger ledger, Clock clock, ITransportExecutor executor, Action ended, ILogger log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _draining = new();
    private readonly CompositeDisposable _deadlines = [];
    private readonly TaskCompletionSource<DrainResult> _result = new(); // completed in a turn of the executor, continuations and all
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private int _finishing;

    /// <summary>The one token of all connections.</summary>
    public CancellationToken Token => _draining.Token;

    /// <summary>Starts to drain, or adds a deadline. After <see cref="ConnectionLedger.BeginDrain"/>, when accepting has ended.</summary>
    public Task<DrainResult> Until(TimeSpan drain, CancellationToken cancellation)
    {
        // The callbacks of Draining come last: they are the user's and may take their time, and nothing that cuts waits for them.
        SetDeadline(drain);
        if (drain == TimeSpan.Zero) Cut();
        if (cancellation.CanBeCanceled)
        {
            // Unregister and not Dispose, which would wait for a cut that is going on.
            CancellationTokenRegistration cut = cancellation.UnsafeRegister(static drain => ((ListenerDrain)drain!).Cut(), this);
            _deadlines.Add(Disposable.Create(() => cut.Unregister()));
        }

        CancelDraining();
        FinishIfDrained();
        return _result.Task;
    }

    /// <summary>To be called whenever something that was under way is over.</summary>
    public void FinishIfDrained()
    {
        // In a turn of its own: StopAsync, too, comes here, and nobody is called back inside it.
        if (ledger.IsDrained && Interlocked.Exchange(ref _finishing, 1) == 0) executor.Post(new Turn(Finish));
    }

    /// <summary>Takes the timers away. The token stays good: connections hand it out for as long as they are kept.</summary>
    public void Dispose() => _deadlines.Dispose();

    private void Finish()
    {
        Dispose();
        ended();
        _result.SetResult(ledger.Result);
    }

    private void SetDeadline(TimeSpan drain)
    {
        if (drain == Timeout.InfiniteTimeSpan || drain == TimeSpan.Zero) return;
        TimeSpan deadline = clock.Now + drain;
        lock (_lock)
        {
            if (deadline >= _deadline) return;
            _deadline = deadline;
        }

        try
        {
            // An earlier timer needs no later one cancelled: the first to fire cuts, and the end takes them all away.
            _deadlines.Add(clock.After(drain, executor, new Turn(Cut)));
        }
        catch (Exception exception)
        {
            AcceptLog.SchedulerFault(log, exception);
            Cut();
        }
    }

    private void Cut()
    {
        foreach (Connection connection in ledger.Cut())
            connection.Abort(CloseKind.ServerStopping, "The listener stopped and the drain time was over.");
    }

    private void CancelDraining()
    {
        try
        {
            _draining.Cancel();
        }
        catch (AggregateException exception)
        {
            AcceptLog.DrainingFault(log, exception);
        }
    }
}
