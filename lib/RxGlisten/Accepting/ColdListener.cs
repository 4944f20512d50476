using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// Binds for each subscriber and unbinds when it leaves. Not <c>Observable.Create</c>: that one unsubscribes an observer that throws,
/// which would unbind a server because of one connection.
/// </summary>
internal sealed class ColdListener(Func<Listener> bind) : IObservable<IConnection>
{
    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        Listener listener;
        try
        {
            listener = bind();
        }
        catch (Exception exception)
        {
            observer.OnError(exception);
            return Disposable.Empty;
        }

        IDisposable subscription = listener.Subscribe(observer);
        return Disposable.Create(() =>
        {
            subscription.Dispose();
            listener.Unbind();
        });
    }
}
