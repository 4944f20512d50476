using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>One connection under <c>Serve</c>: the observer that sends what its pipeline yields, and closes.</summary>
internal sealed class ServedConnection(IConnection connection, Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline)
    : IOwnedRun<ConnectionClosed>, IConnectionWatcher, IByteSink
{
    private readonly OwnedConnection _connection = new(connection);
    private readonly SingleAssignmentDisposable _subscription = new();
    private ConnectionSet<ConnectionClosed>? _set;

    /// <summary>The send queue copies what it can't send at once.</summary>
    public bool KeepsNothing => true;

    /// <summary>Where a pulled sequence finds out whether there is room; null for a connection of another make.</summary>
    public SendQueue? Queue => _connection.Queue;

    public void Start(ConnectionSet<ConnectionClosed> set)
    {
        _set = set;
        _connection.Claim(this);
        try
        {
            var replies = pipeline(connection)
                ?? throw new InvalidOperationException("The pipeline given to Serve returned null; an empty one is Observable.Empty.");
            var outer = PullContext.Enter(Queue);
            try
            {
                _subscription.Disposable = replies.Subscribe(this);
            }
            finally
            {
                PullContext.Leave(outer);
            }
        }
        catch (Exception e)
        {
            OnError(e);
        }
    }

    public void Stop()
    {
        _connection.Stop();
        _connection.Tell(_subscription.Dispose);
    }

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        if (PullContext.Feeding is { } pull)
            pull.Feeds(Queue);
        connection.Outbound.OnNext(value);
    }

    public void OnError(Exception error) => _connection.Fault(error);

    public void OnCompleted() => connection.Dispose();

    void IConnectionWatcher.OnClosed(CloseReason reason)
    {
        // Only an operator that has started a run is told of its connection's end.
        var set = _set!;
        _connection.Tell(() => set.Emit(new ConnectionClosed(connection, reason)));
        _connection.Tell(() => set.Ended(this));
    }

    void IConnectionWatcher.OnSettled() => _connection.Tell(_subscription.Dispose);
}
