namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>The thread pool, as sockets have it.</summary>
internal sealed class PoolExecutor : ITransportExecutor
{
    public void Post(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    public void Run(IThreadPoolWorkItem work) => work.Execute();
}
