using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// Supervises the accept loops of a listener: restarts one that died, within one budget for all of them, and gives up past it.
/// </summary>
/// <param name="acceptors">The loops.</param>
/// <param name="clock">Measures the budget's window.</param>
/// <param name="giveUp">Told what the last acceptor died of. Called at least once past the budget, perhaps more often.</param>
/// <param name="log">Where deaths are logged.</param>
internal sealed class AcceptorPool(IReadOnlyList<Acceptor> acceptors, Clock clock, Action<Exception> giveUp, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly RestartBudget _budget = new();
    private Task[] _loops = [];

    /// <summary>Completes when every loop has ended; never faults.</summary>
    public Task Completion => Task.WhenAll(_loops);

    /// <summary>Starts the loops; each runs to the gate inside this call.</summary>
    public void Start() => _loops = [.. acceptors.Select(SuperviseAsync)];

    private async Task SuperviseAsync(Acceptor acceptor)
    {
        while (true)
        {
            Exception death;
            try
            {
                await acceptor.RunAsync().ConfigureAwait(false);
                return;
            }
            catch (Exception exception)
            {
                death = exception;
            }

            if (!TryTakeRestart())
            {
                AcceptLog.BudgetSpent(log, RestartBudget.Restarts, RestartBudget.Window, death);
                giveUp(death);
                return;
            }

            AcceptLog.AcceptorRestarted(log, death);
        }
    }

    private bool TryTakeRestart()
    {
        TimeSpan now = clock.Now;
        lock (_lock) return _budget.TryTake(now);
    }
}
