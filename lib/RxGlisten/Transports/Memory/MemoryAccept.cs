using System.Net.Sockets;

namespace RxGlisten;

/// <summary>An accept that waits. Its place in the line is guarded by its listener.</summary>
internal sealed class MemoryAccept(MemoryListener listener, SchedulerExecutor executor) : MemoryOperation<AcceptResult>(executor)
{
    private CancellationTokenRegistration _registration;

    /// <summary>Whether its cancellation came before it had a place in the line.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Its place in the line; null when it has none.</summary>
    public LinkedListNode<MemoryAccept>? Place { get; set; }

    public void CancelWith(CancellationToken cancellation) =>
        _registration = cancellation.UnsafeRegister(static self => ((MemoryAccept)self!).Cancel(), this);

    public ValueTask<AcceptResult> Wait() => Begin();

    public void Accept(MemoryConnection connection) => End(new AcceptResult(connection, SocketError.Success));

    /// <summary>The turn in which it ends without a connection.</summary>
    public override void Execute() => End(new AcceptResult(null, SocketError.OperationAborted));

    public void Forget() => _registration.Dispose();

    private void Cancel() => listener.Cancel(this);

    private void End(AcceptResult result)
    {
        Forget();
        Complete(result);
    }
}
