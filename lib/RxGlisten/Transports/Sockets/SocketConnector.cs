using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Connects sockets. What goes wrong is a result, and a socket that did not connect is disposed.</summary>
internal static class SocketConnector
{
    /// <summary>Connects to an address or a unix socket.</summary>
    public static async ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        bool isUnix = endpoint.AddressFamily == AddressFamily.Unix;
        Socket? socket = null;
        try
        {
            socket = new Socket(endpoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            SocketTuning.Apply(socket, settings);
            await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
            EndPoint local = socket.LocalEndPoint!; // a connected socket has one
            return new ConnectResult(new SocketConnection(socket, local, endpoint), SocketError.Success);
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            return new ConnectResult(null, error.SocketErrorCode);
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            return new ConnectResult(null, SocketError.OperationAborted);
        }
    }
}
