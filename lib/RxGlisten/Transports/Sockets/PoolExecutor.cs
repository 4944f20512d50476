namespace RxGlisten;

/// <summary>The executor of transports that run on the thread pool.</summary>
internal sealed class PoolExecutor : ITransportExecutor
{
    private PoolExecutor()
    {
    }

    /// <summary>The one there is.</summary>
    public static PoolExecutor Instance { get; } = new();

    public void Post(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    public void Run(IThreadPoolWorkItem work) => work.Execute();
}
