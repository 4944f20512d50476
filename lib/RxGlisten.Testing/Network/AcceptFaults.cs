using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>The accepts of an endpoint that are to fail. Guarded by the network's lock.</summary>
internal sealed class AcceptFaults
{
    /// <summary>What the next accepts fail with.</summary>
    public Queue<SocketError> Next { get; } = new();

    /// <summary>What the accept of the n-th connection fails with first.</summary>
    public Dictionary<int, SocketError> Of { get; } = [];
}
