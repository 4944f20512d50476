using System.Net;
using System.Runtime.CompilerServices;

namespace RxGlisten.Spec.Inbound.Doubles;

/// <summary>A name on a memory network whose accepted connections are watched.</summary>
internal sealed class WatchedEndPoint(MemoryNetwork network) : EndPoint, ITransportEndPoint, ITransport
{
    public Queue<WatchedConnection> Accepted { get; } = new();

    public MemoryEndPoint Name { get; } = network.EndPoint("watched");

    public ITransport Transport => this;

    public bool UsesDescriptors => false;

    public ITransportExecutor Executor => network.Executor;

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) => new Listener(this, network.Listen(Name, settings));

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation) =>
        network.ConnectAsync(Name, settings, cancellation);

    private sealed class Listener(WatchedEndPoint owner, ITransportListener inner) : ITransportListener
    {
        public EndPoint LocalEndPoint => owner;

        public ITransportExecutor Executor => inner.Executor;

        // This builder's continuations run inline whatever context the spec's thread has.
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public async ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
        {
            var accepted = await inner.AcceptAsync(cancellation).ConfigureAwait(false);
            if (accepted.Connection is not { } connection)
                return accepted;
            var watched = new WatchedConnection(connection);
            owner.Accepted.Enqueue(watched);
            return accepted with { Connection = watched };
        }

        public void Dispose() => inner.Dispose();
    }
}
