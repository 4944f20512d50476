using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>A listening end on <see cref="Socket"/>.</summary>
internal sealed class SocketListener(ListeningSocket listening, TransportSettings settings) : ITransportListener
{
    // Where it listens on one address, its connections have that address too; asking each would cost a system call.
    private readonly bool _hasOneAddress = listening.LocalEndPoint is not IPEndPoint { Address: var address }
        || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    // On Linux TCP sockets inherit all options from the one that listens; unix sockets inherit none.
    private readonly bool _tunesEach = !OperatingSystem.IsLinux() || listening.LocalEndPoint is not IPEndPoint;

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
            if (_tunesEach) SocketTuning.Apply(socket, settings);
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
