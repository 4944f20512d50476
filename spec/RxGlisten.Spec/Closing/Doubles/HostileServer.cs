using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Testing;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Closing.Doubles;

/// <summary>A server in virtual time whose connections can be made to throw below it.</summary>
internal sealed class HostileServer
{
    private readonly Queue<HostileConnection> _transports = new();

    /// <summary>Starts one; <paramref name="onAccept"/> has each transport before the library has.</summary>
    public HostileServer(
        Func<ServerOptions, ServerOptions>? options = null,
        Func<IListener, IDisposable>? serve = null,
        Action<HostileConnection>? onAccept = null,
        int windowBytes = 64 * 1024)
    {
        Server = new VirtualServer(options, serve, windowBytes, inner => new FaultyEndPoint(inner, connection =>
        {
            var hostile = new HostileConnection(connection);
            onAccept?.Invoke(hostile);
            _transports.Enqueue(hostile);
            return hostile;
        }));
    }

    public VirtualServer Server { get; }

    /// <summary>A client, its connection, and what is below it.</summary>
    public (IConnection Connection, HostileConnection Transport, TransportPeer Peer) Pair()
    {
        var (connection, peer) = Server.Pair();
        return (connection, _transports.Dequeue(), peer);
    }
}
