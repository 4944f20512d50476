using System.Net.Sockets;

namespace RxGlisten;

/// <summary>The numbers of socket options whose value is a number, as Linux has them (socket(7), tcp(7), ip(7), ipv6(7)).</summary>
internal static class NativeOption
{
    /// <summary>The level and the name of an option.</summary>
    /// <exception cref="SocketException">It is none of those (<see cref="SocketError.ProtocolOption"/>).</exception>
    public static (int Level, int Name) Of(SocketOptionLevel level, SocketOptionName name) => (level, name) switch
    {
        (SocketOptionLevel.Socket, SocketOptionName.ReuseAddress) => (Libc.SocketLevel, 2),
        (SocketOptionLevel.Socket, SocketOptionName.Type) => (Libc.SocketLevel, 3),
        (SocketOptionLevel.Socket, SocketOptionName.Error) => (Libc.SocketLevel, Libc.ErrorOption),
        (SocketOptionLevel.Socket, SocketOptionName.SendBuffer) => (Libc.SocketLevel, Libc.SendBufferOption),
        (SocketOptionLevel.Socket, SocketOptionName.ReceiveBuffer) => (Libc.SocketLevel, Libc.ReceiveBufferOption),
        (SocketOptionLevel.Socket, SocketOptionName.KeepAlive) => (Libc.SocketLevel, Libc.KeepAliveOption),
        (SocketOptionLevel.Socket, SocketOptionName.OutOfBandInline) => (Libc.SocketLevel, 10),
        (SocketOptionLevel.Tcp, SocketOptionName.NoDelay) => (Libc.TcpLevel, Libc.NoDelayOption),
        (SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime) => (Libc.TcpLevel, Libc.KeepTimeOption),
        (SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval) => (Libc.TcpLevel, Libc.KeepIntervalOption),
        (SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount) => (Libc.TcpLevel, Libc.KeepCountOption),
        (SocketOptionLevel.IP, SocketOptionName.TypeOfService) => (0, 1),
        (SocketOptionLevel.IP, SocketOptionName.IpTimeToLive) => (0, 2),
        (SocketOptionLevel.IPv6, SocketOptionName.HopLimit) => (Libc.IPv6Level, 16),
        (SocketOptionLevel.IPv6, SocketOptionName.IPv6Only) => (Libc.IPv6Level, Libc.IPv6OnlyOption),
        _ => throw new SocketException((int)SocketError.ProtocolOption),
    };
}
