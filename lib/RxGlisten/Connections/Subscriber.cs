namespace RxGlisten;

/// <summary>One subscription to a sequence with a single subscriber; disposing it, once, is leaving.</summary>
internal sealed class Subscriber<T>(IObserver<T> observer, Action<Subscriber<T>> leave) : IDisposable
{
    private int _disposed;

    public IObserver<T> Observer => observer;

    /// <summary>Whether the call that subscribed it is over, so that it can leave. Under the owner's lock.</summary>
    public bool IsComplete { get; set; }

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) leave(this);
    }
}
