using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Gives a socket the options that it was asked to have.</summary>
internal static class SocketTuning
{
    /// <summary>Sets them. Before the connection is made, because TCP agrees on its window scale then; unix sockets take the buffers alone.</summary>
    /// <exception cref="SocketException">The system refuses one.</exception>
    public static void Apply(Socket socket, SocketSettings settings)
    {
        if (settings.KernelSendBufferBytes is { } send) socket.SendBufferSize = send;
        if (settings.KernelReceiveBufferBytes is { } receive) socket.ReceiveBufferSize = receive;
        if (socket.AddressFamily == AddressFamily.Unix) return;
        socket.NoDelay = settings.NoDelay;
        if (settings.KeepAlive is { } keepAlive) Probe(socket, keepAlive);
    }

    private static void Probe(Socket socket, KeepAlive keepAlive)
    {
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)keepAlive.Time.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)keepAlive.Interval.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, keepAlive.Count);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
    }
}
