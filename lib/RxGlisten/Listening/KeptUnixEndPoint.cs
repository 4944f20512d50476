using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// A unix endpoint the runtime does not recognize as one: a socket bound to a <see cref="UnixDomainSocketEndPoint"/> deletes whatever lies
/// at its path when it is disposed, even a file that took its place.
/// </summary>
internal sealed class KeptUnixEndPoint(UnixDomainSocketEndPoint inner) : EndPoint
{
    /// <inheritdoc/>
    public override AddressFamily AddressFamily => inner.AddressFamily;

    /// <inheritdoc/>
    public override SocketAddress Serialize() => inner.Serialize();

    /// <inheritdoc/>
    public override EndPoint Create(SocketAddress socketAddress) => inner.Create(socketAddress);
}
