using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// One subscription to <c>Use</c>: connects, runs the user's sequence over the connection, and closes it when that ends or nobody wants it
/// any more. A lost connection ends a sequence that does not listen to <see cref="IConnection.Inbound"/> and so could not be told by it.
/// </summary>
internal sealed class UsedConnection<T>(Func<IConnection, IObservable<T>> use, IObserver<T> observer)
    : IObserver<IConnection>, IConnectionWatcher, IDisposable
{
    private const int Ended = int.MinValue;

    private readonly Lock _gate = new();
    private readonly SingleAssignmentDisposable _connecting = new();
    private readonly SingleAssignmentDisposable _elements = new();
    private Connection? _connection;
    private CloseReason? _reason;
    private Exception? _error;
    private int _over;  // the end was decided on, or the subscriber left
    private int _calls; // elements under way (one, or more where one is emitted inside another's call), and the mark of the end

    /// <summary>Connects.</summary>
    public IDisposable Run(IObservable<IConnection> connector)
    {
        _connecting.Disposable = connector.Subscribe(this);
        return this;
    }

    /// <summary>Connected.</summary>
    public void OnNext(IConnection value)
    {
        var connection = (Connection)value; // the connector's own make
        connection.Claim();
        connection.Watch(this);
        lock (_gate) _connection = connection;
        if (Volatile.Read(ref _over) != 0)
        {
            connection.Dispose();
            return;
        }

        try
        {
            IObservable<T> elements = use(connection)
                ?? throw new InvalidOperationException("The function given to Use returned null; an empty sequence is Observable.Empty.");
            _elements.Disposable = elements.Subscribe(new Elements(this));
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    /// <summary>Could not connect.</summary>
    public void OnError(Exception error) => End(error);

    public void OnCompleted()
    {
        // It was connected; the elements decide when it is over.
    }

    /// <summary>The subscriber leaves.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _over, 1);
        Release();
    }

    void IConnectionWatcher.OnClosed(CloseReason reason) => _reason = reason;

    void IConnectionWatcher.OnSettled()
    {
        // Closed before settled, and both only for a connection.
        if (_reason is not { IsOrderly: false } reason || _connection!.Inbound.EndWasTold) return;
        End(_connection.Settings.Options.AbnormalClosure == AbnormalClosure.Error ? new ConnectionClosedException(reason) : null);
    }

    private void Element(T value)
    {
        if (!TryBeginCall()) return;
        try
        {
            if (Volatile.Read(ref _over) == 0) observer.OnNext(value);
        }
        finally
        {
            if (Interlocked.Decrement(ref _calls) == Ended) TellEnd(); // which came meanwhile, on another thread or from inside
        }
    }

    // The end is told by whoever decides on it, or by the last of the calls that it finds under way: no call begins after it was marked.
    private bool TryBeginCall()
    {
        int calls = Volatile.Read(ref _calls);
        while (calls >= 0)
        {
            int found = Interlocked.CompareExchange(ref _calls, calls + 1, calls);
            if (found == calls) return true;
            calls = found;
        }

        return false;
    }

    private void End(Exception? error)
    {
        if (Interlocked.Exchange(ref _over, 1) != 0) return;
        _error = error;

        // Before the observer is told, so that a Repeat or a Retry connects when this connection has begun to close.
        Release();
        if (Interlocked.Or(ref _calls, Ended) == 0) TellEnd();
    }

    private void TellEnd()
    {
        if (_error is null) observer.OnCompleted();
        else observer.OnError(_error);
    }

    private void Release()
    {
        _connecting.Dispose();
        Connection? connection;
        lock (_gate) connection = _connection;
        try
        {
            _elements.Dispose();
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private sealed class Elements(UsedConnection<T> used) : IObserver<T>
    {
        public void OnNext(T value) => used.Element(value);

        public void OnError(Exception error) => used.End(error);

        public void OnCompleted() => used.End(null);
    }
}
