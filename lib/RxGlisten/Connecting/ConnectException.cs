using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>An endpoint that can't be connected to. The message says where, why and what to do.</summary>
public sealed class ConnectException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="endpoint">The endpoint that was asked for.</param>
    /// <param name="socketError">The socket error; <see cref="SocketError.TimedOut"/> for <see cref="ClientOptions.ConnectTimeout"/> as well.</param>
    /// <param name="message">Where, why and what to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public ConnectException(EndPoint endpoint, SocketError socketError, string message, Exception? inner = null)
        : base(message, inner)
    {
        EndPoint = endpoint;
        SocketError = socketError;
    }

    /// <summary>The endpoint that was asked for.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>The socket error.</summary>
    public SocketError SocketError { get; }
}
