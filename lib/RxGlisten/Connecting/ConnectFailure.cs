using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Turns what connecting ended with into a <see cref="ConnectException"/> that says where, why and what to do.</summary>
internal static class ConnectFailure
{
    /// <summary>For an error of the transport.</summary>
    public static ConnectException From(EndPoint endpoint, SocketError error, Exception? inner = null) =>
        From(endpoint, error, endpoint is UnixDomainSocketEndPoint unix ? ExplainUnix(unix, error) : Explain(endpoint, error), inner);

    /// <summary>For a time that is over.</summary>
    public static ConnectException TimedOut(EndPoint endpoint, TimeSpan timeout) =>
        From(
            endpoint,
            SocketError.TimedOut,
            $"there was no connection within {timeout}. Check the address and the firewalls on the way, or allow more time.",
            inner: null);

    /// <summary>For a TLS handshake that failed.</summary>
    public static ConnectException Handshake(EndPoint endpoint, CloseReason failure) =>
        From(
            endpoint,
            failure.Error is SocketException { SocketErrorCode: var error } ? error : SocketError.ConnectionAborted,
            $"{failure.Detail} Check that the server speaks TLS there, and the options of TLS on both sides.",
            failure.Error);

    private static ConnectException From(EndPoint endpoint, SocketError error, string why, Exception? inner) =>
        new(endpoint, error, $"Can't connect to {ServerAddress.Format(endpoint)} ({error}): {why}", inner ?? new SocketException((int)error));

    private static string Explain(EndPoint endpoint, SocketError error) => error switch
    {
        SocketError.ConnectionRefused =>
            "nobody listens there. Start the server, or check the address.",
        SocketError.TimedOut =>
            "there was no answer. Check the address and the firewalls on the way.",
        SocketError.HostNotFound or SocketError.NoData =>
            "the name has no address. Check how it is written.",
        SocketError.TryAgain or SocketError.NoRecovery =>
            "the name could not be looked up. Check the name servers of this machine, or try again later.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown =>
            "there is no way there. Check the address and the network of this machine.",
        SocketError.ConnectionReset or SocketError.ConnectionAborted =>
            "it hung up at once. Check that the server is the right one, and up.",
        SocketError.AddressNotAvailable =>
            "this machine has no address or no free port to connect from, or that address is none to connect to. Check the address.",
        SocketError.AccessDenied =>
            "this system does not allow it. Check its firewall.",
        _ => ExplainAny(endpoint, error),
    };

    private static string ExplainUnix(UnixDomainSocketEndPoint endpoint, SocketError error)
    {
        UnixSocketName name = UnixSocketName.Of(endpoint);
        return error switch
        {
            SocketError.ConnectionRefused when name.IsAbstract =>
                "nobody listens on that name. Start the server, or check the name.",
            SocketError.ConnectionRefused when IsNoSocket(name) =>
                "what is at that path is not a socket. Check the path.",
            SocketError.ConnectionRefused =>
                "the socket is there, but its server is gone. Start the server.",
            SocketError.AddressNotAvailable or SocketError.NotSocket =>
                "there is nothing at that path. Start the server, or check the path.",
            SocketError.AccessDenied =>
                "this user may not write to the socket, or not enter its directory. Connect as a user who may, or widen the server's UnixFileMode.",
            SocketError.WouldBlock =>
                "the server has more connections waiting than its backlog takes. Try again later.",
            SocketError.ProtocolType =>
                "the socket at that path is not one for streams. Check the path.",
            _ => ExplainAny(endpoint, error),
        };
    }

    private static string ExplainAny(EndPoint endpoint, SocketError error) => error switch
    {
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported =>
            $"neither this system nor its transport connects to that kind of address ({endpoint.GetType().Name}). Use another kind.",
        SocketError.TooManyOpenSockets =>
            "the process has no descriptors left. Raise its limit of open files.",
        _ => $"{new SocketException((int)error).Message}. See the socket error for the cause.",
    };

    private static bool IsNoSocket(UnixSocketName name)
    {
        try
        {
            return new UnixSocketPath(name.Text).Look() == UnixPathOccupant.NotASocket;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return false; // who may not look can't tell
        }
    }
}
