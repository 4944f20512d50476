using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>To be awaited once: goes on as a turn of an executor, whatever thread it is on.</summary>
internal sealed class MoveTo(ITransportExecutor executor) : ICriticalNotifyCompletion, IThreadPoolWorkItem
{
    private Action? _continuation;

    /// <summary>Never before it has moved.</summary>
    public bool IsCompleted => false;

    /// <summary>It waits for itself.</summary>
    public MoveTo GetAwaiter() => this;

    /// <summary>It moved.</summary>
    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        _continuation = continuation;
        executor.Post(this);
    }

    void IThreadPoolWorkItem.Execute() => _continuation!(); // it was set before this was posted
}
