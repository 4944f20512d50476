using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>
/// What System.Net.Sockets can do: SocketAsyncEventArgs without execution context, pooled, looping inline on what completes at once.
/// </summary>
internal sealed class SaeaEcho(string name, bool zeroByteReceive) : IEchoServer
{
    private SaeaAcceptor? _acceptor;

    public string Name => name;

    public string Description => zeroByteReceive
        ? "tuned SocketAsyncEventArgs: zero-byte receive, then a non-blocking receive into a buffer of the thread"
        : "tuned SocketAsyncEventArgs: receives into a buffer of the connection";

    public ValueTask<EndPoint> StartAsync(EndPoint endpoint, X509Certificate2? certificate)
    {
        Socket listener = SocketListener.Listen(endpoint);
        _acceptor = new SaeaAcceptor(listener, new SaeaConnectionPool(zeroByteReceive));
        _acceptor.Start();
        return ValueTask.FromResult(listener.LocalEndPoint!); // it is bound
    }
}
