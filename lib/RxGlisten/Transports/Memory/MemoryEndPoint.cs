using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>A name on a <see cref="MemoryNetwork"/>. Equal to another of the same network and name; shown as <c>memory:name</c>.</summary>
public sealed class MemoryEndPoint : EndPoint, ITransportEndPoint
{
    internal MemoryEndPoint(MemoryNetwork network, string name)
    {
        Network = network;
        Name = name;
    }

    /// <summary>The network that the name belongs to.</summary>
    public MemoryNetwork Network { get; }

    /// <summary>The name; the client's side of a connection to <c>echo</c> is called <c>echo#7</c>.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public ITransport Transport => Network;

    /// <inheritdoc/>
    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is MemoryEndPoint other && ReferenceEquals(Network, other.Network) && Name == other.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"memory:{Name}";
}
