using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// What an acceptor does about each error of accept(2). What that page calls "already-pending network errors on the new socket" is one
/// client's and must be treated like EAGAIN; what is out of stock comes back after a while; a closed listener ends the loop; the rest is
/// not understood and fails loudly.
/// </summary>
internal static class AcceptErrorPolicy
{
    public static AcceptResponse Respond(SocketError error) => error switch
    {
        // Nothing was there after all: EAGAIN, EINTR, ECONNABORTED.
        SocketError.WouldBlock or SocketError.TryAgain or SocketError.Interrupted or SocketError.ConnectionAborted => AcceptResponse.Retry,

        // accept(2), "Error handling": ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH;
        // ENETRESET, ECONNRESET, ETIMEDOUT and EPROTONOSUPPORT are what other kernels report for the same.
        SocketError.NetworkDown or SocketError.ProtocolOption or SocketError.HostDown or SocketError.HostUnreachable
            or SocketError.OperationNotSupported or SocketError.NetworkUnreachable or SocketError.NetworkReset
            or SocketError.ConnectionReset or SocketError.TimedOut or SocketError.ProtocolNotSupported => AcceptResponse.Retry,

        // EPERM: "firewall rules forbid connection", this one.
        SocketError.AccessDenied => AcceptResponse.Retry,

        // EMFILE and ENFILE (one value in .NET), ENOBUFS.
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => AcceptResponse.BackOff,

        // .NET has no value for ENOMEM, EPROTO, ENONET and ENOSR and gives this one for all of them. ENOMEM needs the wait, and the
        // others can bear it.
        SocketError.SocketError => AcceptResponse.BackOff,

        // EBADF and a cancelled accept; the listening socket was shut down.
        SocketError.OperationAborted or SocketError.Shutdown => AcceptResponse.Stop,

        _ => AcceptResponse.Fail,
    };
}
