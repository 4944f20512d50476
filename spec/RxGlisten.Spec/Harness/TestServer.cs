using System.Threading.Channels;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Harness;

/// <summary>A bound server whose connections are handed to the spec one by one; stopped, at once, by disposing.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly Reach _reach;
    private readonly Channel<IConnection> _accepted = Channel.CreateUnbounded<IConnection>();
    private readonly List<ITestPeer> _peers = [];
    private readonly IDisposable _subscription;

    /// <summary>Starts one; with <paramref name="serve"/> the server is served by that, and connections are not handed out.</summary>
    public TestServer(Reach reach, ServerOptions? options = null, Func<IListener, IDisposable>? serve = null)
    {
        _reach = reach;
        options ??= new ServerOptions();
        Listener = (Listener)RxServer.Bind(reach.Fresh(), options with { Transport = reach.Transport, Tls = options.Tls ?? reach.Tls });
        _subscription = serve is null
            ? Listener.Probe(connection => _accepted.Writer.TryWrite(connection))
            : serve(Listener);
    }

    public Listener Listener { get; }

    /// <summary>A client.</summary>
    public async Task<ITestPeer> ConnectAsync()
    {
        var peer = await _reach.ConnectAsync(Listener.LocalEndPoint);
        lock (_peers)
            _peers.Add(peer);
        return peer;
    }

    /// <summary>A connection of <see cref="RxClient"/>.</summary>
    public async Task<IConnection> DialAsync(ClientOptions? options = null) =>
        (await RxClient.Connect(Listener.LocalEndPoint, (options ?? new ClientOptions()) with { Transport = _reach.Transport }).Probe().CountAsync(1))[0];

    /// <summary>The next connection that was accepted.</summary>
    public async Task<IConnection> AcceptAsync() => await _accepted.Reader.ReadAsync().Soon();

    /// <summary>A client and its connection.</summary>
    public async Task<(IConnection Connection, ITestPeer Peer)> PairAsync()
    {
        var peer = await ConnectAsync();
        return (await AcceptAsync(), peer);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
            peer.Dispose();
        await Listener.StopAsync(TimeSpan.Zero).Soon();
        _subscription.Dispose();
    }
}
