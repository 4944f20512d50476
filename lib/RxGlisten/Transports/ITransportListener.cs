using System.Net;

namespace RxGlisten;

/// <summary>A listening end. Disposing it closes it: accepts that wait end with <see cref="System.Net.Sockets.SocketError.OperationAborted"/>.</summary>
public interface ITransportListener : IDisposable
{
    /// <summary>The bound endpoint: the real port where 0 was asked.</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>Where this listener's continuations run.</summary>
    ITransportExecutor Executor { get; }

    /// <summary>
    /// Waits for the next connection. Several may wait at a time. Errors are results; it does not throw.
    /// </summary>
    /// <param name="cancellation">Ends the wait with <see cref="System.Net.Sockets.SocketError.OperationAborted"/>; no connection is lost by it.</param>
    ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation);
}
