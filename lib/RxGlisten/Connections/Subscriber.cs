namespace RxGlisten;

/// <summary>One subscription to a sequence with a single subscriber; disposing it, once, is leaving.</summary>
internal sealed class Subscriber<T>(IObserver<T> observer, Action<Subscriber<T>> leave) : IDisposable
{
    private int _disposed;

    public IObserver<T> Observer => observer;

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) leave(this);
    }
}
