using Microsoft.Reactive.Testing;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Inbound.Doubles;

/// <summary>A server in virtual time, on a memory network, whose connections count what is asked of their transport.</summary>
internal sealed class WatchedServer
{
    private readonly MemoryNetwork _network;
    private readonly WatchedEndPoint _endpoint;
    private readonly Queue<IConnection> _accepted = new();

    public WatchedServer(Func<ServerOptions, ServerOptions>? options = null, Action<IConnection>? onAccept = null, int windowBytes = 64 * 1024)
    {
        _network = new MemoryNetwork(Time, windowBytes);
        _endpoint = new WatchedEndPoint(_network);
        var defaults = new ServerOptions { Scheduler = Time, MaxConnections = 1000 };
        Listener = RxServer.Bind(_endpoint, options?.Invoke(defaults) ?? defaults);
        Listener.Probe(connection =>
        {
            _accepted.Enqueue(connection);
            onAccept?.Invoke(connection);
        });
        Settle();
    }

    public TestScheduler Time { get; } = new();

    public IListener Listener { get; }

    /// <summary>What was accepted last.</summary>
    public WatchedConnection Newest => _endpoint.Accepted.Last();

    public void Settle() => Time.AdvanceBy(1);

    public (IConnection Connection, WatchedConnection Transport, TransportPeer Peer) Pair()
    {
        var peer = new TransportPeer(_network.Connect(_endpoint.Name));
        Settle();
        return (_accepted.Dequeue(), _endpoint.Accepted.Dequeue(), peer);
    }
}
