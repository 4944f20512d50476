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

    /// <summary>Connects to the first of the addresses that can be connected to; the error is that of the last.</summary>
    internal static async ValueTask<ConnectResult> ConnectToFirstAsync(
        IReadOnlyList<IPAddress> addresses, int port, ConnectSettings settings, CancellationToken cancellation)
    {
        var last = SocketError.HostNotFound;
        foreach (IPAddress address in addresses)
        {
            try
            {
                return await ConnectSocketAsync(new IPEndPoint(address, port), settings, cancellation).ConfigureAwait(false);
            }
            catch (SocketException error)
            {
                last = error.SocketErrorCode;
            }
        }

        return new ConnectResult(null, last);
    }

    private static async ValueTask<ConnectResult> ConnectByNameAsync(DnsEndPoint name, ConnectSettings settings, CancellationToken cancellation)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellation).ConfigureAwait(false);
        return await ConnectToFirstAsync(addresses, name.Port, settings, cancellation).ConfigureAwait(false);
    }

    private static async ValueTask<ConnectResult> ConnectSocketAsync(EndPoint endpoint, ConnectSettings settings, CancellationToken cancellation)
    {
        bool isUnix = endpoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            SocketTuning.Apply(socket, settings);
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
