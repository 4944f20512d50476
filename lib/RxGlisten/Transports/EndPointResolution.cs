using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Connects to what an endpoint names, for transports that connect to one address at a time. What goes wrong is a result.</summary>
internal static class EndPointResolution
{
    /// <summary>Connects to an <see cref="IPEndPoint"/>, a <see cref="UnixDomainSocketEndPoint"/> or a <see cref="DnsEndPoint"/>.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="connect">Connects to an address or a unix socket.</param>
    /// <param name="cancellation">Ends it with <see cref="SocketError.OperationAborted"/>.</param>
    public static async ValueTask<ConnectResult> ConnectAsync(
        EndPoint endpoint, Func<EndPoint, ValueTask<ConnectResult>> connect, CancellationToken cancellation)
    {
        try
        {
            return endpoint switch
            {
                DnsEndPoint name => await ConnectToFirstAsync(
                    await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellation).ConfigureAwait(false), name.Port, connect).ConfigureAwait(false),
                IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped =>
                    await connect(new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port)).ConfigureAwait(false),
                IPEndPoint or UnixDomainSocketEndPoint => await connect(endpoint).ConfigureAwait(false),
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
        IReadOnlyList<IPAddress> addresses, int port, Func<EndPoint, ValueTask<ConnectResult>> connect)
    {
        var result = new ConnectResult(null, SocketError.HostNotFound);
        foreach (IPAddress address in addresses)
        {
            result = await connect(new IPEndPoint(address, port)).ConfigureAwait(false);
            if (result.Error is SocketError.Success or SocketError.OperationAborted) break;
        }

        return result;
    }
}
