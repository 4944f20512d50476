using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// What waits for a turn of an executor of virtual time: a reusable value task that is completed by <see cref="Complete"/> in a turn and whose
/// continuation runs in a turn too, whatever context its caller awaited it from.
/// </summary>
internal abstract class TurnOperation<T>(SchedulerExecutor executor) : IValueTaskSource<T>, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<T> _core;
    private bool _completed;

    /// <summary>The turn in which it is completed.</summary>
    public abstract void Execute();

    public T GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        lock (_gate)
        {
            if (!_completed)
            {
                _core.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
                return;
            }
        }
        // Completed between the caller's look at the status and here, by a turn on another thread. The core would hand the continuation
        // to the pool, beside the queue; a turn of its own comes after that of the completion.
        var flows = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0;
        executor.Post(new Resumption(continuation, state, flows ? ExecutionContext.Capture() : null));
    }

    protected ValueTask<T> Begin()
    {
        // The previous use is over: its result has been taken, or its caller breaks the rule of a value task (awaited once).
        _core.Reset();
        _completed = false;
        return new ValueTask<T>(this, _core.Version);
    }

    protected void Complete(T result)
    {
        // A continuation is registered before this or finds it completed, so the core never sees one while it signals.
        lock (_gate) _completed = true;
        _core.SetResult(result);
    }

    private sealed class Resumption(Action<object?> continuation, object? state, ExecutionContext? context) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (context is null) continuation(state);
            else ExecutionContext.Run(context, static self => ((Resumption)self!).Resume(), this);
        }

        private void Resume() => continuation(state);
    }
}
