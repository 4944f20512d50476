using System.Net.Sockets;

namespace RxGlisten.Sockets;

/// <summary>Whether a socket was closed here, and why: what its calls say that end of it.</summary>
internal sealed class SocketLife(ITransportConnection transport)
{
    private CloseReason? _reason;
    private int _finished;

    /// <summary>Gives the descriptor back. The end of what is sent is told first, for a transport that has to put it into words.</summary>
    public void Close()
    {
        if (Decide(new CloseReason(CloseKind.LocalClosed, "The socket was closed.", null)))
            FinishSending();
        transport.Close();
    }

    /// <summary>Sends FIN, once.</summary>
    public SocketError FinishSending() => Interlocked.Exchange(ref _finished, 1) == 0 ? transport.ShutdownSending() : SocketError.Success;

    /// <summary>Resets.</summary>
    public void Abort(CloseReason reason)
    {
        Decide(reason);
        transport.Abort();
    }

    /// <summary>Why a call of the transport failed: an operation that this side aborted says why that was.</summary>
    public CloseReason ToReason(SocketError error) =>
        error == SocketError.OperationAborted && Volatile.Read(ref _reason) is { } own
            ? own
            : (transport as IExplainsFailure)?.Failure ?? SocketErrors.ToReason(error);

    private bool Decide(CloseReason reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;
}
