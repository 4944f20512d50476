using System.Net;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>The library with its default options, but perhaps another transport.</summary>
internal sealed class RxGlistenEcho(string name, TransportKind transport) : IEchoServer
{
    private IDisposable? _serving;

    public string Name => name;

    public string Description => "RxGlisten, `RxServer.Bind(endpoint).Serve(c => c.Inbound.Bytes())`, "
        + (transport == TransportKind.Automatic ? "default options" : $"`Transport = {transport}`");

    public ValueTask<EndPoint> StartAsync(EndPoint endpoint)
    {
        IListener listener = RxServer.Bind(endpoint, new ServerOptions { Transport = transport });
        _serving = listener.Serve(connection => connection.Inbound.Bytes()).Subscribe(_ => { }, ServerHost.Fail);
        return ValueTask.FromResult(listener.LocalEndPoint);
    }
}
