using System.Net;

namespace RxGlisten.Testing;

/// <summary>The client's end of a simulated connection, where the client is a program that connected.</summary>
internal sealed class ConnectedEnd(SimulatedNetwork network, LinkSettings link, int number, EndPoint local, EndPoint remote)
    : TransportEnd(network, link, number, TraceDirection.ToServer, local, remote)
{
    protected override void OnGivenBack(TraceKind how)
    {
        // The FIN or the reset that it sends is in the trace.
    }
}
