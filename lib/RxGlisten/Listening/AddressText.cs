using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>An address taken apart. What is the same for servers and clients is here; what a host without brackets means is theirs.</summary>
/// <param name="address">The address.</param>
/// <param name="accepted">The forms that are, for the error.</param>
internal sealed class AddressText(string address, string accepted)
{
    private const string Tcp = "tcp://";
    private const string Unix = "unix:";

    /// <summary>Reads it.</summary>
    /// <param name="addressOf">Gives a host's address; null leaves it a name to look up.</param>
    /// <exception cref="FormatException">It is none of the accepted forms.</exception>
    public EndPoint Read(Func<string, IPAddress?> addressOf)
    {
        if (address.StartsWith(Unix, StringComparison.OrdinalIgnoreCase)) return ParseUnix(address[Unix.Length..]);
        if (address.StartsWith(Tcp, StringComparison.OrdinalIgnoreCase)) return ParseTcp(address[Tcp.Length..], addressOf);
        if (address.Length == 0) throw Wrong("it is empty");
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0) throw Wrong($"the scheme '{address[..scheme]}' is unknown");
        if (address.Contains(':', StringComparison.Ordinal)) throw Wrong("the scheme is missing");
        return new IPEndPoint(IPAddress.Loopback, ParsePort(address));
    }

    /// <summary>Reads a host as an IPv4 address; null when it does not look like one.</summary>
    public IPAddress? ParseIPv4(string host)
    {
        // The platform's parser also takes "127.1" and reads "010.0.0.1" as octal: only what prints back as it was written is meant.
        if (IPAddress.TryParse(host, out IPAddress? ip) && ip.ToString() == host) return ip;
        return host.All(c => char.IsAsciiDigit(c) || c == '.') ? throw Wrong($"'{host}' is not an IPv4 address") : null;
    }

    /// <summary>The error that says what is wrong.</summary>
    public FormatException Wrong(string what) => new($"'{address}' is not an address: {what}. {accepted}");

    private UnixDomainSocketEndPoint ParseUnix(string path)
    {
        if (path.Length == 0) throw Wrong("the unix path is empty");
        bool isAbstract = path[0] == '@';
        string name = isAbstract ? path[1..] : path;
        if (name.Length == 0) throw Wrong("the abstract name is empty");
        if (name.Contains('\0', StringComparison.Ordinal)) throw Wrong("the unix path contains a NUL");
        if (!UnixSocketName.Fits(name)) throw Wrong($"the unix path is too long; this system takes {UnixSocketName.MaxBytes} bytes at most");
        return new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name);
    }

    private EndPoint ParseTcp(string rest, Func<string, IPAddress?> addressOf)
    {
        (string host, string port) = rest.StartsWith('[') ? SplitBracketed(rest) : Split(rest);
        IPAddress? ip = host switch
        {
            "" => throw Wrong("the host is missing"),
            ['[', .. string inner, ']'] => ParseIPv6(inner),
            _ => addressOf(host),
        };
        return ip is null ? new DnsEndPoint(host, ParsePort(port)) : new IPEndPoint(ip, ParsePort(port));
    }

    private (string Host, string Port) SplitBracketed(string rest)
    {
        int end = rest.IndexOf(']', StringComparison.Ordinal);
        if (end < 0) throw Wrong("the bracket of the IPv6 address is not closed");
        string after = rest[(end + 1)..];
        if (after is "" or ":") throw Wrong("the port is missing");
        if (after[0] != ':') throw Wrong($"a port was expected after the bracket, not '{after}'");
        return (rest[..(end + 1)], after[1..]);
    }

    private (string Host, string Port) Split(string rest)
    {
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon != rest.LastIndexOf(':')) throw Wrong("an IPv6 address needs brackets, as in tcp://[::1]:3000");
        if (colon < 0 || colon == rest.Length - 1) throw Wrong("the port is missing");
        return (rest[..colon], rest[(colon + 1)..]);
    }

    private IPAddress ParseIPv6(string host) =>
        IPAddress.TryParse(host, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
            ? ip
            : throw Wrong($"'{host}' is not an IPv6 address");

    private int ParsePort(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0) throw Wrong($"the port '{text}' is not a number");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort
            ? port
            : throw Wrong($"the port {text} is out of range 0..{IPEndPoint.MaxPort}");
    }
}
