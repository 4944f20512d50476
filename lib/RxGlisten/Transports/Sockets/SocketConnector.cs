using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Connects sockets. What goes wrong is a result, and a socket that did not connect is disposed.</summary>
internal static class SocketConnector
{
    /// <summary>Connects to an <see cref="IPEndPoint"/>, a <see cref="UnixDomainSocketEndPoint"/> or a <see cref="DnsEndPoint"/>.</summary>
    public static async ValueTask<ConnectResult> ConnectAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        try
        {
            return endpoint switch
            {
                DnsEndPoint name => await ConnectByNameAsync(name, settings, cancellation).ConfigureAwait(false),
                IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped =>
                    await ConnectSocketAsync(new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port), settings, cancellation).ConfigureAwait(false),
                IPEndPoint or UnixDomainSocketEndPoint => await ConnectSocketAsync(endpoint, settings, cancellation).ConfigureAwait(false),
                _ => new ConnectResult(null, SocketError.AddressFamilyNotSupported),
            };
        }
        catch (SocketException error)
        {
            return new ConnectResult(null, error.SocketErrorCode);
        }
        catch (OperationCanceledException)
        {
            return new ConnectResult(null, SocketError.OperationAborted);
        }
    }

    private static async ValueTask<ConnectResult> ConnectByNameAsync(DnsEndPoint name, ConnectSettings settings, CancellationToken cancellation)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellation).ConfigureAwait(false);
        var first = SocketError.HostNotFound;
        for (int i = 0; i < addresses.Length; i++)
        {
            try
            {
                return await ConnectSocketAsync(new IPEndPoint(addresses[i], name.Port), settings, cancellation).ConfigureAwait(false);
            }
            catch (SocketException error)
            {
                // The first address is the one that the system prefers: its error says most.
                if (i == 0) first = error.SocketErrorCode;
            }
        }

        return new ConnectResult(null, first);
    }

    private static async ValueTask<ConnectResult> ConnectSocketAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        bool isUnix = endpoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (!isUnix) socket.NoDelay = settings.NoDelay;
            await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
            EndPoint local = socket.LocalEndPoint!; // a connected socket has one
            return new ConnectResult(new SocketConnection(socket, local, endpoint), SocketError.Success);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
