namespace RxGlisten;

/// <summary>The sequence behind <see cref="RxClient"/>'s <c>Use</c>: each subscription has a connection of its own.</summary>
internal sealed class UseSequence<T>(IObservable<IConnection> connector, Func<IConnection, IObservable<T>> use) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new UsedConnection<T>(use, observer).Run(connector);
    }
}
