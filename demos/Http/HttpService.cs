using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace RxGlisten.Demos.Http;

/// <summary>The whole of it: connections in, and how each of them ended out.</summary>
internal static class HttpService
{
    /// <summary>Serves the site. Cold; what its connections share lasts for as long as the subscription.</summary>
    /// <param name="connections">A listener.</param>
    /// <param name="files">The folder behind /files/; null for none.</param>
    /// <param name="limits">What one client may ask for.</param>
    /// <param name="scheduler">The clock.</param>
    public static IObservable<ConnectionClosed> Serve(IObservable<IConnection> connections, string? files, HttpLimits limits, IScheduler scheduler) => Observable.Using(
        () => new DateHeader(scheduler),
        date => Observable.Using(() => new ConnectionGroup(), everybody =>
        {
            var site = new Site(everybody.Count, files, limits, scheduler);
            return connections.Serve(connection => Observable.Using(
                () => everybody.Join(connection),
                _ => new HttpConnection(connection, site.Answer, limits, date, scheduler).Responses));
        }));
}
