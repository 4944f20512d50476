using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Spec.Transports;

/// <summary>A peer that is a plain connected socket of the framework, for the transports that the operating system carries.</summary>
public sealed class SocketPeer(Socket socket) : ITestPeer
{
    public EndPoint? LocalEndPoint { get; } = socket.AddressFamily == AddressFamily.Unix ? null : socket.LocalEndPoint;

    public static async Task<SocketPeer> ConnectAsync(EndPoint endpoint)
    {
        var protocol = endpoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            await socket.ConnectAsync(endpoint);
            return new SocketPeer(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes)..];
    }

    public async Task<Received> ReceiveAsync(int most = 64 * 1024)
    {
        var memory = new byte[most];
        try
        {
            var count = await socket.ReceiveAsync(memory);
            return new Received(memory[..count], SocketError.Success);
        }
        catch (SocketException failed)
        {
            return new Received([], failed.SocketErrorCode);
        }
    }

    public void FinishSending() => socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        if (socket.AddressFamily != AddressFamily.Unix) socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Close() => socket.Dispose();

    public void Dispose() => socket.Dispose();
}
