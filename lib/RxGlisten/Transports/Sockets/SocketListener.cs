using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>A listening end on <see cref="Socket"/>.</summary>
internal sealed class SocketListener(ListeningSocket listening, TransportSettings settings) : ITransportListener
{
    // Where it listens on one address, its connections have that address too; asking each would cost a system call.
    private readonly bool _hasOneAddress = listening.LocalEndPoint is not IPEndPoint { Address: var address }
        || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    public EndPoint LocalEndPoint => listening.LocalEndPoint;

    public ITransportExecutor Executor => PoolExecutor.Instance;

    public async ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        Socket socket;
        try
        {
            socket = await listening.Socket.AcceptAsync(cancellation).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            return new AcceptResult(null, error.SocketErrorCode);
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            return new AcceptResult(null, SocketError.OperationAborted);
        }

        return Wrap(socket);
    }

    public void Dispose() => listening.Dispose();

    private AcceptResult Wrap(Socket socket)
    {
        try
        {
            if (!OperatingSystem.IsLinux() && settings.NoDelay && socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true; // inherited from the listening socket on Linux
            var local = _hasOneAddress ? LocalEndPoint : socket.LocalEndPoint!; // an accepted socket has one
            return new AcceptResult(new SocketConnection(socket, local, socket.RemoteEndPoint!), SocketError.Success); // ... and a peer
        }
        catch (SocketException error)
        {
            socket.Dispose();
            return new AcceptResult(null, error.SocketErrorCode);
        }
    }
}
