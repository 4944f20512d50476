using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// Endpoints as text: <c>tcp://127.0.0.1:3000</c>, <c>tcp://[::1]:3000</c>, <c>tcp://localhost:3000</c> (the IPv4 loopback),
/// <c>tcp://*:3000</c> (every address of the machine), <c>3000</c> (a port of the IPv4 loopback), <c>unix:/run/app.sock</c>,
/// <c>unix:@name</c> (Linux's abstract namespace, unix(7)). Port 0 asks for a free one. Host names are not looked up.
/// </summary>
public static class ServerAddress
{
    private const string Tcp = "tcp://";
    private const string Unix = "unix:";

    private const string Accepted =
        "Accepted are tcp://127.0.0.1:3000, tcp://[::1]:3000, tcp://localhost:3000, tcp://*:3000, 3000 (loopback), "
        + "unix:/run/app.sock and unix:@abstract-name.";

    /// <summary>Reads an address.</summary>
    /// <param name="address">One of the forms above.</param>
    /// <exception cref="ArgumentNullException">No address.</exception>
    /// <exception cref="FormatException">Not one of the forms; the message quotes the address and says what is wrong with it.</exception>
    public static EndPoint Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var text = new AddressText(address, Accepted);
        return text.Read(host => AddressOf(host, text));
    }

    /// <summary>
    /// Writes an endpoint the way <see cref="Parse"/> reads it, short and canonical: an IPv4 address mapped into IPv6 as IPv4, a unix client
    /// that has no name as <c>unix:</c>. Endpoints of other kinds are written as their own text.
    /// </summary>
    /// <param name="endpoint">What to write.</param>
    /// <exception cref="ArgumentNullException">No endpoint.</exception>
    public static string Format(EndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint switch
        {
            IPEndPoint ip => Tcp + Unmap(ip),
            DnsEndPoint name => $"{Tcp}{name.Host}:{name.Port}",
            UnixDomainSocketEndPoint unix => Unix + FormatUnix(UnixSocketName.Of(unix)),
            _ => endpoint.ToString() ?? "",
        };
    }

    private static IPEndPoint Unmap(IPEndPoint ip) => ip.Address.IsIPv4MappedToIPv6 ? new(ip.Address.MapToIPv4(), ip.Port) : ip;

    // A file whose name starts with @ would read as an abstract name.
    private static string FormatUnix(UnixSocketName name) =>
        name.IsAbstract ? "@" + name.Text : name.Text.StartsWith('@') ? "./" + name.Text : name.Text;

    private static IPAddress AddressOf(string host, AddressText text) =>
        host == "*" ? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any)
        : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : text.ParseIPv4(host) ?? throw text.Wrong($"host names ('{host}') are not looked up: write an IP address, localhost or *");
}
