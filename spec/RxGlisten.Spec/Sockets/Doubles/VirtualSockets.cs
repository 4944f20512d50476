using Microsoft.Reactive.Testing;
using RxGlisten.Sockets;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Sockets.Doubles;

/// <summary>A listening socket on a memory network in virtual time, and its clients.</summary>
internal sealed class VirtualSockets
{
    private readonly MemoryNetwork _network;

    public VirtualSockets(Func<ServerOptions, ServerOptions>? options = null, int windowBytes = 64 * 1024)
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send continuations to the pool
        _network = new MemoryNetwork(Time, windowBytes);
        var defaults = new ServerOptions { Scheduler = Time };
        Listener = ListenSocket.Listen(_network.EndPoint("server"), options?.Invoke(defaults) ?? defaults);
    }

    public TestScheduler Time { get; } = new();

    public ListenSocket Listener { get; }

    public void Settle() => Time.AdvanceBy(1);

    public void Advance(TimeSpan time) => Time.AdvanceBy(time.Ticks);

    /// <summary>A client.</summary>
    public TransportPeer Connect() => new(_network.Connect((MemoryEndPoint)Listener.LocalEndPoint));

    /// <summary>A client, and its socket.</summary>
    public (ConnectedSocket Socket, TransportPeer Peer) Pair()
    {
        var peer = Connect();
        var accept = Listener.AcceptAsync().AsTask();
        Settle();
        return (accept.Result, peer);
    }

    /// <summary>Sends, and lets it arrive.</summary>
    public void Say(TransportPeer peer, string text)
    {
        _ = peer.SendAsync(System.Text.Encoding.Latin1.GetBytes(text));
        Settle();
    }
}
