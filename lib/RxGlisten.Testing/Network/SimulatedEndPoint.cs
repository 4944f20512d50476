using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>
/// A name on a <see cref="SimulatedNetwork"/>, usable wherever a real endpoint is. Equal to another of the same network and name; shown as <c>simulated:name</c>.
/// </summary>
public sealed class SimulatedEndPoint : EndPoint, ITransportEndPoint
{
    internal SimulatedEndPoint(SimulatedNetwork network, string name, AcceptFaults? acceptFaults = null)
    {
        Network = network;
        Name = name;
        AcceptFaults = acceptFaults ?? new AcceptFaults();
    }

    /// <summary>The network that the name belongs to.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>The name; the client's side of the third connection is called <c>client#3</c>.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public ITransport Transport => Network;

    /// <inheritdoc/>
    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    internal AcceptFaults AcceptFaults { get; }

    /// <summary>The next accepts here fail, the one that waits first.</summary>
    /// <param name="error">With what.</param>
    /// <param name="times">How many of them.</param>
    public void FailAccepts(SocketError error, int times = 1) => Network.FailAccepts(this, error, times);

    /// <summary>Accepts here fail, from a time on.</summary>
    /// <param name="after">How long from now.</param>
    /// <param name="error">With what.</param>
    /// <param name="times">How many of them.</param>
    public void FailAcceptsAfter(TimeSpan after, SocketError error, int times = 1) =>
        Network.After(after, new Turn(() => FailAccepts(error, times)));

    /// <summary>The accept that would give this connection fails first; the connection goes to the next accept.</summary>
    /// <param name="connection">Counted from 1, on this endpoint.</param>
    /// <param name="error">With what.</param>
    public void FailAcceptOf(int connection, SocketError error)
    {
        lock (Network.Gate)
            AcceptFaults.Of[connection] = error;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is SimulatedEndPoint other && ReferenceEquals(Network, other.Network) && Name == other.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"simulated:{Name}";
}
