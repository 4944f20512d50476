using System.Net.Sockets;

namespace RxGlisten;

/// <summary>The outcome of a receive or a send.</summary>
/// <param name="Bytes">How many bytes were moved. 0 of a receive without error is the peer's FIN; 0 of a try-send is "no room now".</param>
/// <param name="Error">Why it failed; <see cref="SocketError.Success"/> otherwise.</param>
public readonly record struct Transfer(int Bytes, SocketError Error)
{
    /// <summary>Whether it succeeded.</summary>
    public bool Succeeded => Error == SocketError.Success;
}
