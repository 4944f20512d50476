using System.Net;

namespace RxGlisten.Testing;

/// <summary>The server's end of a simulated connection.</summary>
internal sealed class ServerEnd(SimulatedNetwork network, LinkSettings link, int number, EndPoint local, EndPoint remote)
    : TransportEnd(network, link, number, TraceDirection.ToClient, local, remote)
{
    /// <summary>Whether an accept gave it to a server.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>Whether its link refuses it although somebody listens.</summary>
    public bool IsRefused => Link.IsRefused;

    protected override void OnGivenBack(TraceKind how)
    {
        Network.Note(Number, TraceDirection.None, how);
        Network.Ended(this);
    }
}
