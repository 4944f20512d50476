using System.Net.Sockets;

namespace RxGlisten;

/// <summary>Told by a transport that the peer is gone, while nothing is being received.</summary>
public interface IHangUpWatcher
{
    /// <summary>Whether nobody is receiving now, so that a hang-up would go unseen; a transport that has to poll asks this first.</summary>
    bool IsPaused { get; }

    /// <summary>The peer hung up.</summary>
    /// <param name="error"><see cref="SocketError.Success"/> for a FIN (unread bytes may precede it), else the error of the connection.</param>
    void OnHangUp(SocketError error);
}
