namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>What a subscriber was told, and that it was told one thing at a time.</summary>
internal sealed class Recorder(Action<IConnection>? onNext = null) : IObserver<IConnection>
{
    private int _calls;

    public IDisposable? Subscription { get; set; }

    public List<IConnection> Connections { get; } = [];

    public bool IsCompleted { get; private set; }

    public Exception? Error { get; private set; }

    public bool WasSerial { get; private set; } = true;

    public void OnNext(IConnection value)
    {
        if (Interlocked.Increment(ref _calls) != 1) WasSerial = false;
        try
        {
            Connections.Add(value);
            onNext?.Invoke(value);
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    public void OnError(Exception error) => Error = error;

    public void OnCompleted() => IsCompleted = true;
}
