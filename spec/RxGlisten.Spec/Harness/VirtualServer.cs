using System.Net;
using Microsoft.Reactive.Testing;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Harness;

/// <summary>A server on a memory network in virtual time: everything runs on the spec's thread, and advancing returns when all that follows has happened.</summary>
internal sealed class VirtualServer
{
    private readonly MemoryNetwork _network;
    private readonly Queue<IConnection> _accepted = new();

    public VirtualServer(Func<ServerOptions, ServerOptions>? options = null, Func<IListener, IDisposable>? serve = null, int windowBytes = 64 * 1024,
        Func<EndPoint, EndPoint>? through = null)
    {
        SynchronizationContext.SetSynchronizationContext(null); // the framework's would send the peers' continuations to the pool
        _network = new MemoryNetwork(Time, windowBytes);
        var defaults = new ServerOptions { Scheduler = Time, MaxConnections = 100_000 };
        Listener = (Listener)RxServer.Bind(through?.Invoke(_network.EndPoint("server")) ?? _network.EndPoint("server"), options?.Invoke(defaults) ?? defaults);
        Subscription = serve is null ? Listener.Probe(_accepted.Enqueue) : serve(Listener);
        Settle();
    }

    public TestScheduler Time { get; } = new();

    public Listener Listener { get; }

    public IDisposable Subscription { get; }

    /// <summary>Lets what was set off outside the scheduler happen: a tick.</summary>
    public void Settle() => Time.AdvanceBy(1);

    public void Advance(TimeSpan time) => Time.AdvanceBy(time.Ticks);

    /// <summary>A client.</summary>
    public TransportPeer Connect()
    {
        var peer = new TransportPeer(_network.Connect((MemoryEndPoint)Listener.LocalEndPoint));
        Settle();
        return peer;
    }

    /// <summary>A connection of <see cref="RxClient"/>, and the server's end of it.</summary>
    public (IConnection Client, IConnection Server) Dial(Func<ClientOptions, ClientOptions>? options = null)
    {
        var defaults = new ClientOptions { Scheduler = Time };
        var connected = RxClient.Connect(Listener.LocalEndPoint, options?.Invoke(defaults) ?? defaults).Probe();
        Settle();
        return (connected.Items.Single(), Accept());
    }

    /// <summary>The next connection that was accepted.</summary>
    public IConnection Accept() => _accepted.Dequeue();

    /// <summary>A client and its connection.</summary>
    public (IConnection Connection, TransportPeer Peer) Pair()
    {
        var peer = Connect();
        return (Accept(), peer);
    }
}
