using System.Net;
using System.Reactive.Linq;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>A room on the library: a connection group, and a member that reads too slowly is cut.</summary>
internal static class RxGlistenRoom
{
    /// <summary>Says that a connection has joined.</summary>
    public static ReadOnlyMemory<byte> Greeting { get; } = "+"u8.ToArray();

    public static (IListener Listener, IDisposable Serving) Start(EndPoint endpoint, ServerOptions options)
    {
        ConnectionGroup room = new(new GroupOptions { LimitBytes = 64 * 1024 });
        IListener listener = RxServer.Bind(endpoint, options);
        IDisposable serving = listener
            .Serve(c => Observable.Using(() => room.Join(c), _ => c.Inbound.Bytes().Do(room).IgnoreElements().StartWith(Greeting)))
            .Subscribe(_ => { }, ServerHost.Fail);
        return (listener, serving);
    }
}
