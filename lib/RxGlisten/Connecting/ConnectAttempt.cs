using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// One subscription to a client: connects, gives the connection away, and completes. The transport's answer, the time limit and the
/// subscriber's leaving race for it; who comes first decides, and a connection that comes after that is reset, so that none is left to
/// nobody.
/// </summary>
internal sealed class ConnectAttempt(Connector connector, IObserver<IConnection> observer) : IThreadPoolWorkItem, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly SingleAssignmentDisposable _timer = new();
    private Task? _connecting; // awaits itself: whatever happens in it is told
    private int _decided;
    private volatile bool _left;

    /// <summary>Starts it; nobody is told of anything inside this call.</summary>
    public void Start()
    {
        if (connector.Timeout != Timeout.InfiniteTimeSpan)
            _timer.Disposable = connector.Clock.After(connector.Timeout, connector.Transport.Executor, new Turn(TimeOut));
        connector.Transport.Executor.Post(this);
    }

    /// <summary>The turn in which it connects.</summary>
    public void Execute() => _connecting = ConnectAsync();

    /// <summary>The subscriber leaves. A connection that it was given is its own; one that is still to come is not wanted.</summary>
    public void Dispose()
    {
        _left = true;
        if (TryDecide()) _cancellation.Cancel();
    }

    private bool TryDecide()
    {
        if (Interlocked.Exchange(ref _decided, 1) != 0) return false;
        _timer.Dispose();
        return true;
    }

    private void TimeOut()
    {
        if (!TryDecide()) return;
        _cancellation.Cancel();
        TellError(connector.FailInTime());
    }

    private async Task ConnectAsync()
    {
        if (Volatile.Read(ref _decided) != 0) return;
        ConnectResult result = default;
        Exception? thrown = null;
        try
        {
            result = await connector.ConnectAsync(_cancellation.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        if (!TryDecide()) result.Connection?.Abort();
        else if (thrown is not null) TellError(connector.Fail(thrown));
        else if (result.Connection is { } transport) Open(transport);
        else TellError(connector.Fail(result.Error));
    }

    private void Open(ITransportConnection transport)
    {
        Connection connection;
        try
        {
            connection = connector.Open(transport);
        }
        catch (Exception exception)
        {
            transport.Abort();
            TellError(connector.Fail(exception));
            return;
        }

        try
        {
            observer.OnNext(connection);
        }
        catch (Exception exception)
        {
            ConnectLog.SubscriberFault(connector.Log, connection.Id, exception);
            connection.Abort(CloseKind.HandlerFault, "The client's subscriber threw when it was given the connection.", exception);
        }

        // Its clocks start, so that one that got lost on its way to whoever wanted it (an operator had given up just then) ends as unclaimed.
        connection.OnDelivered();
        if (!_left) Tell(observer.OnCompleted);
    }

    private void TellError(ConnectException failure)
    {
        if (!_left) Tell(() => observer.OnError(failure));
    }

    private void Tell(Action call)
    {
        try
        {
            call();
        }
        catch (Exception exception)
        {
            ConnectLog.ObserverFault(connector.Log, exception);
        }
    }
}
