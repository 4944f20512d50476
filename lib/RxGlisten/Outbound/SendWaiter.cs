using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// Somebody who waits for room or for a flush. Settled once, under the connection's lock; the waiting code is resumed by a posted turn of its own, so that
/// it can't hold up the sending whatever it does.
/// </summary>
internal sealed class SendWaiter : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly SendQueue _queue;
    private readonly ITransportExecutor _executor;
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _cancellation;
    private bool _settled;
    private Exception? _error;

    public SendWaiter(SendQueue queue, ITransportExecutor executor, ReadOnlyMemory<byte> data)
    {
        (_queue, _executor, Data) = (queue, executor, data);
        Place = new LinkedListNode<SendWaiter>(this);
    }

    /// <summary>What is to be enqueued when there is room; none for a flush, for who only waits, and once it was settled.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>Its place in the line for room.</summary>
    public LinkedListNode<SendWaiter> Place { get; }

    /// <summary>Whether it was settled. Under the lock.</summary>
    public bool IsSettled => _settled;

    /// <summary>What the caller awaits.</summary>
    public ValueTask Task => new(this, _core.Version);

    /// <summary>Lets the token end the wait. Without the lock: a cancelled token calls at once.</summary>
    public void CancelBy(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation.UnsafeRegister(
                static (state, token) => ((SendWaiter)state!).OnCancelled(token), // state is the waiter given below
                this);
        }
    }

    /// <summary>Ends the wait; false when it had ended. Under the lock; the waiting code runs later.</summary>
    public bool Settle(Exception? error = null)
    {
        if (_settled)
            return false;
        _settled = true;
        _error = error;
        Data = default;
        _executor.Post(this);
        return true;
    }

    /// <summary>It turned out that nobody has to wait. Without the lock.</summary>
    public void Forget() => _cancellation.Dispose();

    public void Execute()
    {
        _cancellation.Dispose();
        if (_error is null)
            _core.SetResult(true);
        else
            _core.SetException(_error);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnCancelled(CancellationToken token) => _queue.Cancel(this, new OperationCanceledException(token));
}
