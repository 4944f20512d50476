using System.Net.Sockets;

namespace RxGlisten;

/// <summary>A transport's connection that is a socket of the system (or wraps one), so that its options can be read and set while it is open.</summary>
public interface ISocketOptions
{
    /// <summary>Reads an option (getsockopt(2)) whose value is a number; flags are 0 and 1.</summary>
    /// <param name="level">The layer that it belongs to.</param>
    /// <param name="name">The option.</param>
    /// <exception cref="SocketException">The system has no such option there.</exception>
    int GetOption(SocketOptionLevel level, SocketOptionName name);

    /// <summary>Sets an option (setsockopt(2)).</summary>
    /// <param name="level">The layer that it belongs to.</param>
    /// <param name="name">The option.</param>
    /// <param name="value">Its value, in the unit of the system.</param>
    /// <exception cref="SocketException">The system has no such option there, or refuses the value.</exception>
    void SetOption(SocketOptionLevel level, SocketOptionName name, int value);
}
