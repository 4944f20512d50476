using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>What a subscriber was told, by the grammar.</summary>
internal sealed class Recorder(Action<IConnection>? onNext = null) : IObserver<IConnection>
{
    private readonly Grammar _grammar = new();

    public IDisposable? Subscription { get; set; }

    public List<IConnection> Connections { get; } = [];

    public bool IsCompleted { get; private set; }

    public Exception? Error { get; private set; }

    public void OnNext(IConnection value)
    {
        _grammar.Enter("OnNext");
        try
        {
            Connections.Add(value);
            onNext?.Invoke(value);
        }
        finally
        {
            _grammar.Leave();
        }
    }

    public void OnError(Exception error)
    {
        _grammar.Enter("OnError");
        _grammar.End();
        Error = error;
        _grammar.Leave();
    }

    public void OnCompleted()
    {
        _grammar.Enter("OnCompleted");
        _grammar.End();
        IsCompleted = true;
        _grammar.Leave();
    }
}
