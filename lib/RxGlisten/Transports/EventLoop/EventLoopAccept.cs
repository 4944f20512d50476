using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// One accept that waits for its connection; used again when it is over. What says so is guarded by the listener's lock.
/// </summary>
internal sealed class EventLoopAccept : IValueTaskSource<AcceptResult>, IThreadPoolWorkItem
{
    private readonly EventLoopListener _listener;
    private ManualResetValueTaskSourceCore<AcceptResult> _core;
    private CancellationTokenRegistration _cancellation;

    public EventLoopAccept(EventLoopListener listener)
    {
        _listener = listener;
        Place = new LinkedListNode<EventLoopAccept>(this);
    }

    /// <summary>Its place in the line. Under the lock.</summary>
    public LinkedListNode<EventLoopAccept> Place { get; }

    /// <summary>Whether its token was cancelled. Under the lock.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Begins to wait, before it is in the line.</summary>
    public ValueTask<AcceptResult> Begin(CancellationToken cancellation)
    {
        IsCancelled = false;
        _cancellation = cancellation.UnsafeRegister(static accept => ((EventLoopAccept)accept!)._listener.Cancel((EventLoopAccept)accept), this);
        return new ValueTask<AcceptResult>(this, _core.Version);
    }

    /// <summary>Ends it, inside the caller. By whoever took it out of the line, or did not put it there.</summary>
    public void Complete(AcceptResult result)
    {
        _cancellation.Dispose(); // waits for a cancellation under way, so that none finds the next use of this
        _core.SetResult(result);
    }

    /// <summary>Ends it without a connection, in a turn that is posted.</summary>
    public void Execute() => Complete(new AcceptResult(null, SocketError.OperationAborted));

    public AcceptResult GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            _listener.Reuse(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
