namespace RxGlisten;

/// <summary>
/// How often dead acceptors are restarted: 3 times in any 5 s. Enough for an odd error, too little for a listener that is broken.
/// Not thread-safe.
/// </summary>
internal sealed class RestartBudget
{
    public const int Restarts = 3;
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Queue<TimeSpan> _restarts = new(Restarts);

    /// <summary>Takes a restart out of the budget, if there is one left at this time.</summary>
    public bool TryTake(TimeSpan now)
    {
        while (_restarts.TryPeek(out TimeSpan oldest) && now - oldest >= Window) _restarts.Dequeue();
        if (_restarts.Count == Restarts) return false;
        _restarts.Enqueue(now);
        return true;
    }
}
