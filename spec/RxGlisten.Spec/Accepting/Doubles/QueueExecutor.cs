namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>One thread, one queue: what is posted runs when the running turn is over.</summary>
internal sealed class QueueExecutor : ITransportExecutor
{
    private readonly Queue<IThreadPoolWorkItem> _queue = new();

    public bool IsEmpty => _queue.Count == 0;

    public void Post(IThreadPoolWorkItem work) => _queue.Enqueue(work);

    public void Run(IThreadPoolWorkItem work)
    {
        work.Execute();
        while (_queue.TryDequeue(out IThreadPoolWorkItem? next)) next.Execute();
    }
}
