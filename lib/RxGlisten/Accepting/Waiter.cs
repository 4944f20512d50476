using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// One wait of a loop. Whoever ends it first decides its result, and the loop goes on as a turn of the executor: a task would go on
/// inside the call that ended it, perhaps under somebody's lock, or on the thread pool, where no virtual time drives it.
/// </summary>
internal sealed class Waiter<T>(ITransportExecutor executor) : IValueTaskSource<T>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<T> _core;
    private T? _result;
    private int _ended;

    /// <summary>To be awaited once.</summary>
    public ValueTask<T> Task => new(this, _core.Version);

    /// <summary>Ends the wait, unless it has ended.</summary>
    public void End(T result)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        _result = result;
        executor.Post(this);
    }

    /// <summary>Ends a wait that nobody awaits yet, so that there is nothing to run.</summary>
    public void EndBeforeAwait(T result)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) _core.SetResult(result);
    }

    void IThreadPoolWorkItem.Execute() => _core.SetResult(_result!); // End set it before it posted this

    T IValueTaskSource<T>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
