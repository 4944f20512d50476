namespace RxGlisten;

/// <summary>The sequence behind <c>Handle</c>.</summary>
internal sealed class HandleSequence<TState>(IObservable<IConnection> connections, Handler<TState> handler) : IObservable<ConnectionClosed>
{
    public IDisposable Subscribe(IObserver<ConnectionClosed> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new ConnectionSet<ConnectionClosed>(observer, connection => new HandledConnection<TState>(connection, handler)).Run(connections);
    }
}
