using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>What Linux's error numbers (errno(3)) are called in .NET: the same names that its own sockets give.</summary>
internal static class NativeError
{
    public const int Interrupted = 4;  // EINTR
    public const int WouldBlock = 11;  // EAGAIN
    public const int InProgress = 115; // EINPROGRESS

    /// <summary>The number of the call that just failed on this thread.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>What it is called.</summary>
    public static SocketError ToSocketError(int number) => number switch
    {
        0 => SocketError.Success,
        1 => SocketError.AccessDenied,                // EPERM
        2 => SocketError.AddressNotAvailable,         // ENOENT
        Interrupted => SocketError.Interrupted,
        6 => SocketError.HostNotFound,                // ENXIO
        9 => SocketError.OperationAborted,            // EBADF
        WouldBlock => SocketError.WouldBlock,
        13 => SocketError.AccessDenied,               // EACCES
        14 => SocketError.Fault,                      // EFAULT
        22 => SocketError.InvalidArgument,            // EINVAL
        23 or 24 => SocketError.TooManyOpenSockets,   // ENFILE, EMFILE
        32 => SocketError.Shutdown,                   // EPIPE
        61 => SocketError.NoData,                     // ENODATA
        88 => SocketError.NotSocket,                  // ENOTSOCK
        89 => SocketError.DestinationAddressRequired, // EDESTADDRREQ
        90 => SocketError.MessageSize,                // EMSGSIZE
        91 => SocketError.ProtocolType,               // EPROTOTYPE
        92 => SocketError.ProtocolOption,             // ENOPROTOOPT
        93 => SocketError.ProtocolNotSupported,       // EPROTONOSUPPORT
        94 => SocketError.SocketNotSupported,         // ESOCKTNOSUPPORT
        95 => SocketError.OperationNotSupported,      // EOPNOTSUPP
        96 => SocketError.ProtocolFamilyNotSupported, // EPFNOSUPPORT
        97 => SocketError.AddressFamilyNotSupported,  // EAFNOSUPPORT
        98 => SocketError.AddressAlreadyInUse,        // EADDRINUSE
        99 => SocketError.AddressNotAvailable,        // EADDRNOTAVAIL
        100 => SocketError.NetworkDown,               // ENETDOWN
        101 => SocketError.NetworkUnreachable,        // ENETUNREACH
        102 => SocketError.NetworkReset,              // ENETRESET
        103 => SocketError.ConnectionAborted,         // ECONNABORTED
        104 => SocketError.ConnectionReset,           // ECONNRESET
        105 => SocketError.NoBufferSpaceAvailable,    // ENOBUFS
        106 => SocketError.IsConnected,               // EISCONN
        107 => SocketError.NotConnected,              // ENOTCONN
        108 => SocketError.Disconnecting,             // ESHUTDOWN
        110 => SocketError.TimedOut,                  // ETIMEDOUT
        111 => SocketError.ConnectionRefused,         // ECONNREFUSED
        112 => SocketError.HostDown,                  // EHOSTDOWN
        113 => SocketError.HostUnreachable,           // EHOSTUNREACH
        114 => SocketError.AlreadyInProgress,         // EALREADY
        InProgress => SocketError.InProgress,
        125 => SocketError.OperationAborted,          // ECANCELED
        _ => SocketError.SocketError,
    };
}
