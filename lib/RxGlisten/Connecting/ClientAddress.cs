using System.Net;

namespace RxGlisten;

/// <summary>
/// Addresses of servers as text: those of <see cref="ServerAddress"/>, and host names, but nothing that only a server can use.
/// </summary>
internal static class ClientAddress
{
    private const string Accepted =
        "Accepted are tcp://example.org:3000, tcp://127.0.0.1:3000, tcp://[::1]:3000, 3000 (loopback), unix:/run/app.sock and unix:@abstract-name.";

    /// <summary>Reads an address; a name, localhost included, stays one until it is connected to.</summary>
    /// <exception cref="FormatException">Not an address; the message quotes it and says what is wrong with it.</exception>
    public static EndPoint Parse(string address)
    {
        var text = new AddressText(address, Accepted);
        EndPoint endpoint = text.Read(host => AddressOf(host, text));
        if (endpoint is IPEndPoint { Port: 0 } or DnsEndPoint { Port: 0 })
            throw text.Wrong("port 0 asks for a free port to listen on, and nobody can be found there");
        return endpoint;
    }

    private static IPAddress? AddressOf(string host, AddressText text)
    {
        if (host == "*") throw text.Wrong("* is every address of a server; write the one to connect to, such as localhost");
        if (text.ParseIPv4(host) is { } ip) return ip;
        return Uri.CheckHostName(host) == UriHostNameType.Dns ? null : throw text.Wrong($"'{host}' is not a host name");
    }
}
