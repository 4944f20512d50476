using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Turns what a bind ended with into a <see cref="ListenException"/> that says where, why and what to do.</summary>
internal static class ListenFailure
{
    /// <summary>For a socket call that failed.</summary>
    public static ListenException From(EndPoint endpoint, SocketException error) =>
        From(endpoint, error.SocketErrorCode, Explain(endpoint, error), error);

    /// <summary>For a reason that was found out.</summary>
    public static ListenException From(EndPoint endpoint, SocketError error, string why, Exception? inner = null) =>
        new(endpoint, error, $"Can't listen on {ServerAddress.Format(endpoint)} ({error}): {why}", inner);

    private static string Explain(EndPoint endpoint, SocketException error)
    {
        bool isUnix = endpoint is UnixDomainSocketEndPoint;
        return error.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse when isUnix =>
                "something else listens there. Stop it or choose another name.",
            SocketError.AddressAlreadyInUse =>
                "the port is in use. Stop the program that has it, choose another port, or ask for a free one with port 0.",
            SocketError.AccessDenied when isUnix =>
                "this user may not create a socket there. Choose a directory that it may write to.",
            SocketError.AccessDenied =>
                "this user may not bind that port. Ports under 1024 are often reserved: choose a higher one or grant the right to it.",
            SocketError.AddressNotAvailable when isUnix =>
                "the path can't be created. Check that its directory exists.",
            SocketError.AddressNotAvailable =>
                "no interface of this machine has that address. Use one that it has, or * for all of them.",
            SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported =>
                "this system does not support that kind of address. Use another kind.",
            SocketError.TooManyOpenSockets =>
                "the process has no descriptors left. Raise its limit of open files.",
            _ => $"{error.Message}. See the socket error for the cause.",
        };
    }
}
