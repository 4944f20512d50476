using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// One stream of bytes, accepted or connected. At most one receive and one send are outstanding at a time. Operations complete inline where they
/// can and otherwise on the transport's thread; errors are results, nothing throws. After <see cref="Close"/> or <see cref="Abort"/>
/// outstanding operations end with <see cref="SocketError.OperationAborted"/>.
/// </summary>
public interface ITransportConnection
{
    /// <summary>This side's address.</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>The peer's address.</summary>
    EndPoint RemoteEndPoint { get; }

    /// <summary>What was negotiated, where the bytes are encrypted.</summary>
    TlsInfo? Tls { get; }

    /// <summary>Where this connection's continuations run.</summary>
    ITransportExecutor Executor { get; }

    /// <summary>Receives what there is, waiting for at least a byte; no bytes and no error is the peer's FIN.</summary>
    /// <param name="buffer">Asked for memory once the connection is readable.</param>
    ValueTask<Transfer> ReceiveAsync(IReceiveBuffer buffer);

    /// <summary>Sends as much as there is room for, without waiting. Keeps no reference to the data.</summary>
    /// <param name="data">What to send.</param>
    Transfer TrySend(ReadOnlySpan<byte> data);

    /// <summary>Gathers and sends as much as there is room for, without waiting. Keeps no reference to the segments.</summary>
    /// <param name="segments">What to send, in order.</param>
    Transfer TrySend(IList<ArraySegment<byte>> segments);

    /// <summary>Waits for room and sends at least a byte. The memory is the transport's until it completes.</summary>
    /// <param name="data">What to send.</param>
    ValueTask<Transfer> SendAsync(ReadOnlyMemory<byte> data);

    /// <summary>
    /// Sends FIN after all that was sent; receiving goes on. Where it encrypts, it says before that this is the end (TLS's close_notify).
    /// </summary>
    /// <returns>
    /// <see cref="SocketError.WouldBlock"/> while bytes that were taken, encrypted ones, have still to leave: FIN follows them by itself. A <see cref="SendAsync"/> of nothing
    /// then waits until some have left, and a second call tells how it went.
    /// </returns>
    SocketError ShutdownSending();

    /// <summary>
    /// From now on tells <paramref name="watcher"/> when the peer hangs up while no receive is outstanding. Called at most once.
    /// </summary>
    /// <param name="watcher">Told on the transport's thread.</param>
    void Watch(IHangUpWatcher watcher);

    /// <summary>
    /// Gives the descriptor back; what was sent still goes its way, but for what <see cref="ShutdownSending"/> would have waited for. Idempotent.
    /// </summary>
    void Close();

    /// <summary>Resets the connection (on unix sockets: closes at once) and gives the descriptor back. Idempotent.</summary>
    void Abort();
}
