using System.Reactive;
using System.Reactive.Linq;

namespace RxGlisten.Demos.Proxy;

/// <summary>What the proxy does with one client.</summary>
internal static class ProxyPipeline
{
    /// <summary>Joins a client to the first backend that can be reached. Where there is none, the client is reset, as by a server that is down.</summary>
    public static IObservable<Unit> Serve(IConnection client, Balancer balancer)
    {
        // Nothing is read from the client before it is joined: what it sends meanwhile waits in the kernel.
        var opened = Observable.Catch(balancer.Candidates().Select(backend => backend.Open()));
        var reached = opened.Catch<IConnection?, ConnectException>(_ => Observable.Empty<IConnection>()).DefaultIfEmpty();
        return reached.SelectMany(backend => backend is null ? Refuse(client) : Relay.Join(client, backend).Finally(backend.Dispose));
    }

    private static IObservable<Unit> Refuse(IConnection client)
    {
        client.Abort();
        return Observable.Empty<Unit>();
    }
}
