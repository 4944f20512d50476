using System.Globalization;
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
        if (address.StartsWith(Unix, StringComparison.OrdinalIgnoreCase)) return ParseUnix(address, address[Unix.Length..]);
        if (address.StartsWith(Tcp, StringComparison.OrdinalIgnoreCase)) return ParseTcp(address, address[Tcp.Length..]);
        if (address.Length == 0) throw Wrong(address, "it is empty");
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0) throw Wrong(address, $"the scheme '{address[..scheme]}' is unknown");
        if (address.Contains(':', StringComparison.Ordinal)) throw Wrong(address, "the scheme is missing");
        return new IPEndPoint(IPAddress.Loopback, ParsePort(address, address));
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
            UnixDomainSocketEndPoint unix => Unix + FormatUnix(UnixSocketName.Of(unix)),
            _ => endpoint.ToString() ?? "",
        };
    }

    private static IPEndPoint Unmap(IPEndPoint ip) => ip.Address.IsIPv4MappedToIPv6 ? new(ip.Address.MapToIPv4(), ip.Port) : ip;

    // A file whose name starts with @ would read as an abstract name.
    private static string FormatUnix(UnixSocketName name) =>
        name.IsAbstract ? "@" + name.Text : name.Text.StartsWith('@') ? "./" + name.Text : name.Text;

    private static UnixDomainSocketEndPoint ParseUnix(string address, string path)
    {
        if (path.Length == 0) throw Wrong(address, "the unix path is empty");
        bool isAbstract = path[0] == '@';
        string name = isAbstract ? path[1..] : path;
        if (name.Length == 0) throw Wrong(address, "the abstract name is empty");
        if (name.Contains('\0', StringComparison.Ordinal)) throw Wrong(address, "the unix path contains a NUL");
        if (!UnixSocketName.Fits(name))
            throw Wrong(address, $"the unix path is too long; this system takes {UnixSocketName.MaxBytes} bytes at most");
        return new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name);
    }

    private static IPEndPoint ParseTcp(string address, string rest)
    {
        (string host, string port) = rest.StartsWith('[') ? SplitBracketed(address, rest) : Split(address, rest);
        IPAddress ip = host switch
        {
            "" => throw Wrong(address, "the host is missing (* is every address)"),
            "*" => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any,
            ['[', .. string inner, ']'] => ParseIPv6(address, inner),
            _ when host.Equals("localhost", StringComparison.OrdinalIgnoreCase) => IPAddress.Loopback,
            _ => ParseIPv4(address, host),
        };
        return new IPEndPoint(ip, ParsePort(address, port));
    }

    private static (string Host, string Port) SplitBracketed(string address, string rest)
    {
        int end = rest.IndexOf(']', StringComparison.Ordinal);
        if (end < 0) throw Wrong(address, "the bracket of the IPv6 address is not closed");
        string after = rest[(end + 1)..];
        if (after is "" or ":") throw Wrong(address, "the port is missing");
        if (after[0] != ':') throw Wrong(address, $"a port was expected after the bracket, not '{after}'");
        return (rest[..(end + 1)], after[1..]);
    }

    private static (string Host, string Port) Split(string address, string rest)
    {
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon != rest.LastIndexOf(':')) throw Wrong(address, "an IPv6 address needs brackets, as in tcp://[::1]:3000");
        if (colon < 0 || colon == rest.Length - 1) throw Wrong(address, "the port is missing");
        return (rest[..colon], rest[(colon + 1)..]);
    }

    private static IPAddress ParseIPv6(string address, string host) =>
        IPAddress.TryParse(host, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
            ? ip
            : throw Wrong(address, $"'{host}' is not an IPv6 address");

    // The platform's parser also takes "127.1" and reads "010.0.0.1" as octal: only what prints back as it was written is meant.
    private static IPAddress ParseIPv4(string address, string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? ip) && ip.ToString() == host) return ip;
        throw host.All(c => char.IsAsciiDigit(c) || c == '.')
            ? Wrong(address, $"'{host}' is not an IPv4 address")
            : Wrong(address, $"host names ('{host}') are not looked up: write an IP address, localhost or *");
    }

    private static int ParsePort(string address, string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0) throw Wrong(address, $"the port '{text}' is not a number");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort
            ? port
            : throw Wrong(address, $"the port {text} is out of range 0..{IPEndPoint.MaxPort}");
    }

    private static FormatException Wrong(string address, string what) => new($"'{address}' is not an address: {what}. {Accepted}");
}
