using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace RxGlisten.Demos;

/// <summary>What demos ask of connections.</summary>
internal static class ConnectionExtensions
{
    /// <summary>One element when the server is about to stop, and the connection is to finish what it is doing; at once if that is so already.</summary>
    public static IObservable<Unit> WhenDraining(this IConnection connection) => Observable.Create<Unit>(observer =>
    {
        CancellationTokenRegistration registration = connection.Draining.Register(() => observer.OnNext(Unit.Default));
        return Disposable.Create(() => registration.Unregister());
    });
}
