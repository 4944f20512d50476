using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>A listening name, with the accepts that are to fail. Guarded by the network's lock.</summary>
internal sealed class SimulatedListener(SimulatedNetwork network, SimulatedEndPoint endpoint, int backlog)
    : TurnListener<ServerEnd>(network.Gate, network.Queue, endpoint, backlog)
{
    private int _given;

    protected override AcceptResult? Take()
    {
        if (endpoint.AcceptFaults.Next.TryDequeue(out var error) || (HasArrived && endpoint.AcceptFaults.Of.Remove(_given + 1, out error)))
        {
            network.Note(0, TraceDirection.None, TraceKind.AcceptFailed, default, $"{endpoint.Name} {error}");
            return new AcceptResult(null, error);
        }

        if (!TryDequeue(out var connection))
            return null;
        _given++;
        network.Accepted(connection);
        return new AcceptResult(connection, SocketError.Success);
    }

    protected override void Free() => network.Free(endpoint);
}
