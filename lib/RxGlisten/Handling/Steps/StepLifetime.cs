namespace RxGlisten;

/// <summary>How long the steps of one connection run at most: until it has closed, or until they are given up.</summary>
/// <param name="connection">The connection; null for items that came from nowhere.</param>
/// <param name="forget">Called when the connection has closed.</param>
internal sealed class StepLifetime(Connection? connection, Action<StepLifetime> forget) : IConnectionWatcher
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>Whose steps.</summary>
    public Connection? Connection => connection;

    /// <summary>What they are given.</summary>
    public CancellationToken Token => _over.Token;

    /// <summary>Begins to look out for the close.</summary>
    public void Begin() => connection?.Watch(this);

    /// <summary>Nobody wants their results.</summary>
    public void GiveUp()
    {
        connection?.Unwatch(this);
        _over.Cancel();
    }

    void IConnectionWatcher.OnClosed(CloseReason reason)
    {
        forget(this);
        try
        {
            _over.Cancel();
        }
        catch (Exception e)
        {
            ConnectionLog.ObserverFaulted(connection!.Settings.Log, connection.Id, e); // whoever is told of the close watched a connection
        }
    }

    void IConnectionWatcher.OnSettled()
    {
    }
}
