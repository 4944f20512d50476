using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>A listening socket with the options that every server here has: a deep backlog, and no delay on what it accepts.</summary>
internal static class SocketListener
{
    public const int Backlog = 1024;

    public static Socket Listen(EndPoint endpoint)
    {
        bool tcp = endpoint is IPEndPoint;
        Socket listener = new(endpoint.AddressFamily, SocketType.Stream, tcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        if (tcp) listener.NoDelay = true; // accepted sockets inherit it
        listener.Bind(endpoint);
        listener.Listen(Backlog);
        return listener;
    }
}
