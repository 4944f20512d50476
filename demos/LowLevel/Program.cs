using System.Net.Sockets;
using RxGlisten;
using RxGlisten.Demos;
using RxGlisten.Sockets;

// Echoes by hand, to one client after the other: listen, accept, receive, send, shut down, close. Talk to it with: nc 127.0.0.1 3000
return await Demo.RunAsync(args, async (address, stopping) =>
{
    using var listener = ListenSocket.Listen(address);
    Demo.SayWhere(listener.LocalEndPoint);
    try
    {
        while (true)
        {
            using var socket = await listener.AcceptAsync(cancellation: stopping);
            await EchoAsync(socket, stopping);
        }
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine("stopped");
    }
});

static async Task EchoAsync(ConnectedSocket socket, CancellationToken stopping)
{
    try
    {
        // Who says nothing for ten seconds makes room for the next.
        while (await socket.ReceiveAsync(TimeSpan.FromSeconds(10), stopping) is { IsEmpty: false } bytes)
            await socket.SendAsync(bytes, stopping);
        socket.Shutdown(SocketShutdown.Send);
    }
    catch (Exception e) when (e is SocketException or ConnectionClosedException)
    {
        Console.WriteLine($"{socket.RemoteEndPoint}: {e.Message}");
    }
}
