using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>One connection under <c>SelectConnection</c>: the observer of its inner sequence.</summary>
internal sealed class SelectedConnection<T>(IConnection connection, Func<IConnection, IObservable<T>> selector)
    : IOwnedRun<T>, IConnectionWatcher, IObserver<T>
{
    private readonly OwnedConnection _connection = new(connection);
    private readonly SingleAssignmentDisposable _subscription = new();
    private ConnectionSet<T>? _set;
    private int _ended;

    public void Start(ConnectionSet<T> set)
    {
        _set = set;
        _connection.Claim(this);
        try
        {
            var inner = selector(connection)
                ?? throw new InvalidOperationException("The selector given to SelectConnection returned null; an empty sequence is Observable.Empty.");
            _subscription.Disposable = inner.Subscribe(this);
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

    public void OnNext(T value)
    {
        try
        {
            _set!.Emit(value); // the run has started: it is subscribed
        }
        catch (Exception e)
        {
            OnError(e);
            _connection.Tell(_subscription.Dispose);
        }
    }

    public void OnError(Exception error)
    {
        _connection.Fault(error);
        End();
    }

    public void OnCompleted()
    {
        connection.Dispose();
        End();
    }

    void IConnectionWatcher.OnClosed(CloseReason reason)
    {
    }

    void IConnectionWatcher.OnSettled()
    {
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            _set!.Ended(this); // the run has started
    }
}
