using System.Reactive;
using System.Reactive.Linq;

namespace RxGlisten.Demos;

/// <summary>A server that is told to stop.</summary>
internal static class Draining
{
    /// <summary>One element when the connection's listener is told to stop, at once if it was already.</summary>
    public static IObservable<Unit> Drains(this IConnection connection) => Observable.Create<Unit>(observer =>
        connection.Draining.Register(() => observer.OnNext(Unit.Default)));
}
