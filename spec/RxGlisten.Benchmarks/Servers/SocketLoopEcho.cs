using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>What one writes by hand: an accept loop, and one task and one buffer a connection.</summary>
internal sealed class SocketLoopEcho : IEchoServer
{
    private const int BufferBytes = 16 * 1024;

    private Task? _accepting;

    public string Name => ServerCatalog.SocketLoop;
    public string Description => "hand-written Socket.ReceiveAsync/SendAsync loop, one task and one 16 KiB buffer a connection";

    public ValueTask<EndPoint> StartAsync(EndPoint endpoint, X509Certificate2? certificate)
    {
        Socket listener = SocketListener.Listen(endpoint);
        _accepting = AcceptAsync(listener);
        return ValueTask.FromResult(listener.LocalEndPoint!); // it is bound
    }

    private static async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptAsync();
                // Nobody waits for it: it catches everything itself and ends with its socket.
                _ = EchoAsync(socket);
            }
        }
        catch (Exception error)
        {
            ServerHost.Fail(error);
            throw;
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
                int received;
                while ((received = await socket.ReceiveAsync(buffer.AsMemory())) > 0)
                {
                    int sent = 0;
                    while (sent < received) sent += await socket.SendAsync(buffer.AsMemory(sent, received - sent));
                }
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (SocketException)
        {
            // The load generator leaves with bytes in flight at the end of a window.
        }
        catch (Exception error)
        {
            ServerHost.Fail(error);
        }
    }
}
