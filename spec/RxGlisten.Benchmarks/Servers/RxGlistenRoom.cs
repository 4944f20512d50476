using System.Net;
using System.Reactive.Linq;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>A room on the library: a connection group, and a member that reads too slowly is cut.</summary>
internal static class RxGlistenRoom
{
    /// <summary>What may wait for a member, in every server's room: so little that who stalls is cut within a measurement of a slow room.</summary>
    public const int LimitBytes = 4 * 1024;

    /// <summary>What the kernel may keep for a member beside that.</summary>
    public const int KernelBytes = 4 * 1024;

    /// <summary>Says that a connection has joined.</summary>
    public static ReadOnlyMemory<byte> Greeting { get; } = "+"u8.ToArray();

    public static (IListener Listener, IDisposable Serving) Start(EndPoint endpoint, ServerOptions options)
    {
        ConnectionGroup room = new(new GroupOptions { LimitBytes = LimitBytes });
        IListener listener = RxServer.Bind(endpoint, options with { OutboundHighWaterBytes = LimitBytes, KernelSendBufferBytes = KernelBytes });
        IDisposable serving = listener
            .Serve(c => Observable.Using(() => room.Join(c), _ => c.Inbound.Bytes().Do(room).IgnoreElements().StartWith(Greeting)))
            .Subscribe(Check, ServerHost.Fail);
        return (listener, serving);
    }

    /// <summary>A member leaves by itself, or is cut because it reads too slowly: the run has to hear of any other end.</summary>
    private static void Check(ConnectionClosed ended)
    {
        if (ended.Reason.Kind is not (CloseKind.SlowConsumer or CloseKind.PeerClosed or CloseKind.PeerReset))
            Console.Error.WriteLine($"connection {ended.Connection.Id} ended by {ended.Reason}");
    }
}
