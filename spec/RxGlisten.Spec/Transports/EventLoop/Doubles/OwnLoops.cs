using System.Net;

namespace RxGlisten.Spec.Transports.EventLoop.Doubles;

/// <summary>Loopback endpoints that are served on loops of their own, so that a spec knows who shares a loop with whom.</summary>
internal sealed class OwnLoops : ITransport
{
    private readonly EventLoops _loops;
    private readonly EventLoopTransport _transport;

    public OwnLoops(int count)
    {
        _loops = new EventLoops(count);
        _transport = new EventLoopTransport(_loops);
    }

    public bool UsesDescriptors => true;

    public ITransportExecutor Executor => _transport.Executor;

    /// <summary>The loop, where there is one.</summary>
    public RxGlisten.EventLoop Loop => _loops.Next();

    /// <summary>An endpoint that nobody listens on.</summary>
    public EndPoint EndPoint() => new LoopEndPoint(this);

    /// <summary>A listener of its own.</summary>
    public ITransportListener Listen() => Listen(EndPoint(), TransportContract.Settings);

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) => _transport.Listen(new IPEndPoint(IPAddress.Loopback, 0), settings);

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        _transport.ConnectAsync(endpoint, settings, cancellation);

    private sealed class LoopEndPoint(OwnLoops loops) : EndPoint, ITransportEndPoint
    {
        public ITransport Transport => loops;
    }
}
