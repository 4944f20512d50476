namespace RxGlisten;

/// <summary>The sequence behind <c>SelectConnection</c>.</summary>
internal sealed class SelectConnectionSequence<T>(IObservable<IConnection> connections, Func<IConnection, IObservable<T>> selector) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new ConnectionSet<T>(observer, connection => new SelectedConnection<T>(connection, selector)).Run(connections);
    }
}
