using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>One accept that waits for its connection.</summary>
internal sealed class EventLoopAccept : IValueTaskSource<AcceptResult>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<AcceptResult> _core;
    private CancellationTokenRegistration _cancellation;

    /// <summary>To be awaited once.</summary>
    public ValueTask<AcceptResult> Task => new(this, _core.Version);

    /// <summary>Whether its token was cancelled. Under the listener's lock.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>What cancels it; to be set before it can be completed.</summary>
    public void CancelBy(CancellationTokenRegistration cancellation) => _cancellation = cancellation;

    /// <summary>Ends it, inside the caller. By whoever took it out of the listener's queue.</summary>
    public void Complete(AcceptResult result)
    {
        _cancellation.Unregister();
        _core.SetResult(result);
    }

    /// <summary>Ends it without a connection, in a turn that is posted.</summary>
    public void Execute() => Complete(new AcceptResult(null, SocketError.OperationAborted));

    public AcceptResult GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
