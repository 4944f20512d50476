using System.Net;
using System.Net.Sockets;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Connecting.Doubles;

/// <summary>An endpoint whose connects wait until the spec ends them, whatever their cancellation says.</summary>
internal sealed class ScriptedServer(ITransportExecutor executor) : EndPoint, ITransportEndPoint, ITransport
{
    private readonly Queue<Waiter<ConnectResult>> _waiting = new();

    public ITransport Transport => this;

    public bool UsesDescriptors => false;

    public ITransportExecutor Executor => executor;

    /// <summary>Connects that were begun.</summary>
    public int Begun { get; private set; }

    /// <summary>The cancellation of the last one.</summary>
    public CancellationToken Cancellation { get; private set; }

    /// <summary>What connecting throws.</summary>
    public Exception? Fault { get; init; }

    public ITransportListener Listen(EndPoint endpoint, TransportSettings settings) => throw new NotSupportedException();

    public ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        Begun++;
        Cancellation = cancellation;
        if (Fault is not null)
            throw Fault;
        var waiting = new Waiter<ConnectResult>(executor);
        _waiting.Enqueue(waiting);
        return waiting.Task;
    }

    /// <summary>The oldest connect gives a connection.</summary>
    public ScriptedConnection Connect()
    {
        var connection = new ScriptedConnection(executor);
        _waiting.Dequeue().End(new ConnectResult(connection, SocketError.Success));
        return connection;
    }

    /// <summary>The oldest connect fails.</summary>
    public void Refuse(SocketError error) => _waiting.Dequeue().End(new ConnectResult(null, error));

    public override string ToString() => "scripted";
}
