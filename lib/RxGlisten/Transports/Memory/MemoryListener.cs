using System.Net.Sockets;

namespace RxGlisten;

/// <summary>A listening name of a memory network.</summary>
internal sealed class MemoryListener(MemoryNetwork network, MemoryEndPoint endpoint, int backlog)
    : TurnListener<MemoryConnection>(network.Gate, network.Queue, endpoint, backlog)
{
    protected override AcceptResult? Take() => TryDequeue(out var connection) ? new AcceptResult(connection, SocketError.Success) : null;

    protected override void Free() => network.Free(endpoint);
}
