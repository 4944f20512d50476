using System.Reactive.Concurrency;
using RxGlisten.Demos.Proxy;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Demos.Proxy.Doubles;

/// <summary>The proxy in virtual time, with backends named one, two and so on, of which the spec starts those that are to be there.</summary>
internal sealed class ProxyWorld
{
    private static readonly string[] s_names = ["one", "two", "three"];

    private readonly Dictionary<string, (IListener Listener, Queue<IConnection> Accepted)> _started = [];
    private Backend[] _backends = [];

    public ProxyWorld(int backends = 1, BalancePolicy policy = BalancePolicy.RoundRobin)
    {
        IScheduler scheduler = Scheduler.Immediate; // until the server says which
        Server = new VirtualServer(
            options => ProxyOptions.Serving with { Scheduler = scheduler = options.Scheduler, MaxConnections = options.MaxConnections },
            listener =>
            {
                var network = ((MemoryEndPoint)listener.LocalEndPoint).Network;
                var options = ProxyOptions.Connecting with { Scheduler = scheduler };
                _backends = [.. s_names.Take(backends).Select(name => new Backend(name, RxClient.Connect(network.EndPoint(name), options)))];
                var balancer = new Balancer(_backends, policy);
                return listener.SelectConnection(client => ProxyPipeline.Serve(client, balancer)).Probe();
            });
    }

    public VirtualServer Server { get; }

    public Backend this[string name] => _backends.Single(backend => backend.Name == name);

    /// <summary>Starts a backend.</summary>
    public ProxyWorld Start(params string[] names)
    {
        var endpoint = (MemoryEndPoint)Server.Listener.LocalEndPoint;
        foreach (var name in names)
        {
            var accepted = new Queue<IConnection>();
            var options = new ServerOptions { Scheduler = Server.Time, MaxConnections = 1000, AbnormalClosure = AbnormalClosure.Error };
            var listener = RxServer.Bind(endpoint.Network.EndPoint(name), options);
            listener.Probe(accepted.Enqueue);
            _started.Add(name, (listener, accepted));
        }

        Server.Settle();
        return this;
    }

    /// <summary>Stops a backend.</summary>
    public void Stop(string name)
    {
        _ = _started[name].Listener.StopAsync(TimeSpan.Zero);
        _started.Remove(name);
        Server.Settle();
    }

    /// <summary>How many connections a backend got that the spec has not taken.</summary>
    public int Waiting(string name) => _started[name].Accepted.Count;

    /// <summary>The next connection that a backend got.</summary>
    public IConnection Accept(string name = "one") => _started[name].Accepted.Dequeue();

    /// <summary>A client, and the backend's end of it.</summary>
    public (TransportPeer Client, VirtualReader Reader, IConnection Backend) Pair()
    {
        var client = Server.Connect();
        return (client, new VirtualReader(Server, client), Accept());
    }
}
