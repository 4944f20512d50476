using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Spec.Connecting.Doubles;

/// <summary>A TCP server that accepts nothing and whose backlog is full: who connects gets no answer.</summary>
internal sealed class FullServer : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public FullServer()
    {
        var listening = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1);
        EndPoint = listening.LocalEndPoint!; // bound
        while (true)
        {
            var filling = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            try
            {
                filling.Connect(EndPoint);
            }
            catch (SocketException)
            {
                // It is under way, as always without blocking.
            }

            if (!filling.Poll(200_000, SelectMode.SelectWrite))
                return; // nobody answered
        }
    }

    public EndPoint EndPoint { get; }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private Socket Own(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
