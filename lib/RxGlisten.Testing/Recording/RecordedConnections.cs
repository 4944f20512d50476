namespace RxGlisten.Testing;

/// <summary>
/// A sequence of connections, each recorded. Not <c>Select</c>: that one unsubscribes an observer that throws, which would unbind a
/// server because of one connection.
/// </summary>
internal sealed class RecordedConnections(IObservable<IConnection> connections, Func<IConnection, IConnection> record) : IObservable<IConnection>
{
    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return connections.Subscribe(new Sink(observer, record));
    }

    private sealed class Sink(IObserver<IConnection> observer, Func<IConnection, IConnection> record) : IObserver<IConnection>
    {
        public void OnNext(IConnection value) => observer.OnNext(record(value));

        public void OnError(Exception error) => observer.OnError(error);

        public void OnCompleted() => observer.OnCompleted();
    }
}
