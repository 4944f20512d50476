using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// The connections that a server operator owns, and its one observer: calls of it are serial, the end comes when the source completed and the last
/// run ended, and disposing stops them all.
/// </summary>
/// <typeparam name="T">What the operator gives.</typeparam>
internal sealed class ConnectionSet<T>(IObserver<T> observer, Func<IConnection, IOwnedRun<T>> makeRun) : IObserver<IConnection>, IDisposable
{
    private readonly HashSet<IOwnedRun<T>> _runs = [];
    private readonly Lock _gate = new();       // guards the set
    private readonly Lock _observerGate = new(); // makes calls of the observer serial, as Rx's own merges do
    private readonly SingleAssignmentDisposable _source = new();
    private bool _sourceEnded;
    private bool _ended;

    /// <summary>Subscribes the source.</summary>
    public IDisposable Run(IObservable<IConnection> connections)
    {
        _source.Disposable = connections.Subscribe(this);
        return this;
    }

    public void OnNext(IConnection value)
    {
        var run = makeRun(value);
        bool ended;
        lock (_gate)
        {
            ended = _ended;
            if (!ended)
                _runs.Add(run);
        }

        if (ended)
            run.Stop();
        else
            run.Start(this);
    }

    public void OnError(Exception error)
    {
        if (!End())
            return;
        lock (_observerGate)
            observer.OnError(error);
    }

    public void OnCompleted()
    {
        lock (_gate)
            _sourceEnded = true;
        CompleteIfOver();
    }

    /// <summary>A run gives an element.</summary>
    public void Emit(T element)
    {
        lock (_observerGate)
        {
            if (!Volatile.Read(ref _ended))
                observer.OnNext(element);
        }
    }

    /// <summary>A run ended.</summary>
    public void Ended(IOwnedRun<T> run)
    {
        lock (_gate)
            _runs.Remove(run);
        CompleteIfOver();
    }

    public void Dispose() => End();

    private void CompleteIfOver()
    {
        lock (_gate)
        {
            if (!_sourceEnded || _runs.Count > 0 || _ended)
                return;
            _ended = true;
        }

        lock (_observerGate)
            observer.OnCompleted();
    }

    /// <summary>Stops everything; false when it had ended.</summary>
    private bool End()
    {
        IOwnedRun<T>[] runs;
        lock (_gate)
        {
            if (_ended)
            {
                _source.Dispose();
                return false;
            }

            _ended = true;
            runs = [.. _runs];
            _runs.Clear();
        }

        _source.Dispose();
        foreach (var run in runs)
            run.Stop();
        return true;
    }
}
