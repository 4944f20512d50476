using System.Net;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>The library with its default options.</summary>
internal sealed class RxGlistenEcho : IEchoServer
{
    private IDisposable? _serving;

    public string Name => ServerCatalog.Subject;
    public string Description => "RxGlisten, `RxServer.Bind(endpoint).Serve(c => c.Inbound.Bytes())`, default options";

    public ValueTask<EndPoint> StartAsync(EndPoint endpoint)
    {
        IListener listener = RxServer.Bind(endpoint);
        _serving = listener.Serve(connection => connection.Inbound.Bytes()).Subscribe(_ => { }, ServerHost.Fail);
        return ValueTask.FromResult(listener.LocalEndPoint);
    }
}
