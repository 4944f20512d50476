using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>One connection under <c>Serve</c>: the observer that sends what its pipeline yields, and closes.</summary>
internal sealed class ServedConnection(IConnection connection, Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline)
    : IOwnedRun<ConnectionClosed>, IConnectionWatcher, IByteSink, IPullTaker
{
    private readonly OwnedConnection _connection = new(connection);
    private readonly SingleAssignmentDisposable _subscription = new();
    private List<Waiter<bool>>? _leaving; // pulls that wait until the pipeline is unsubscribed. Guarded by _connection, as _isGone
    private bool _isGone;
    private ConnectionSet<ConnectionClosed>? _set;

    /// <summary>The send queue copies what it can't send at once.</summary>
    public bool KeepsNothing => true;

    public SendQueue? Queue => _connection.Queue;

    public bool IsGone
    {
        get
        {
            lock (_connection)
                return _isGone;
        }
    }

    public void Start(ConnectionSet<ConnectionClosed> set)
    {
        _set = set;
        _connection.Claim(this);
        try
        {
            var replies = pipeline(connection)
                ?? throw new InvalidOperationException("The pipeline given to Serve returned null; an empty one is Observable.Empty.");
            var outer = PullContext.Enter(this);
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

        _connection.Started();
    }

    public void Stop()
    {
        _connection.Stop();
        _connection.Tell(_subscription.Dispose);
    }

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        PullContext.Feeding?.Reaches(this);
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

    void IConnectionWatcher.OnSettled()
    {
        _connection.Tell(_subscription.Dispose);
        List<Waiter<bool>>? leaving;
        lock (_connection)
        {
            _isGone = true;
            leaving = _leaving;
            _leaving = null;
        }

        leaving?.ForEach(static pull => pull.End(true));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask IPullTaker.LeaveAsync(CancellationToken cancellation)
    {
        Waiter<bool> pull;
        lock (_connection)
        {
            if (_isGone || Queue is not { } queue)
                return;
            (_leaving ??= []).Add(pull = new Waiter<bool>(queue.Executor));
        }

        var registration = cancellation.UnsafeRegister(static pull => ((Waiter<bool>)pull!).End(true), pull);
        await pull.Task.ConfigureAwait(false);
        registration.Unregister();
    }
}
