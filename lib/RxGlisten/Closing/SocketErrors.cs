using System.Net.Sockets;

namespace RxGlisten;

/// <summary>What a transport's error says about the end of a connection.</summary>
internal static class SocketErrors
{
    /// <summary>The reason that an error of a receive or a send gives.</summary>
    public static CloseReason ToReason(SocketError error) => error switch
    {
        SocketError.Disconnecting => new CloseReason(
            CloseKind.PeerReset,
            "The peer's stream was cut: it ended without TLS's close_notify, so that its end may be missing.",
            new SocketException((int)error)),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NetworkReset or SocketError.Shutdown
            or SocketError.NotConnected
            => new CloseReason(CloseKind.PeerReset, $"The peer reset the connection ({error}).", new SocketException((int)error)),
        _ => new CloseReason(CloseKind.TransportError, $"The transport failed ({error}).", new SocketException((int)error)),
    };
}
