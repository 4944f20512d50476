using System.Diagnostics.CodeAnalysis;
using System.Reactive.Subjects;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// The accept errors of all acceptors, one at a time and outside locks: the acceptor that finds nobody publishing publishes for all.
/// Behind an observer that blocks it keeps a bounded number and drops the newest; the log has them all.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Disposing a subject would make late subscribers throw; completing it frees its observers.")]
internal sealed class AcceptErrorFeed(ILogger log) : IObservable<AcceptError>
{
    private const int Limit = 1024;

    private readonly Lock _lock = new();
    private readonly Queue<AcceptError> _errors = new();
    private readonly Subject<AcceptError> _subject = new();
    private bool _publishing;
    private bool _completed;

    public IDisposable Subscribe(IObserver<AcceptError> observer) => _subject.Subscribe(observer);

    public void Publish(AcceptError error)
    {
        lock (_lock)
        {
            if (_completed || _errors.Count == Limit) return;
            _errors.Enqueue(error);
        }

        Drain();
    }

    public void Complete()
    {
        lock (_lock) _completed = true;
        Drain();
    }

    private void Drain()
    {
        lock (_lock)
        {
            if (_publishing) return;
            _publishing = true;
        }

        while (TryTake(out AcceptError error))
        {
            try
            {
                _subject.OnNext(error);
            }
            catch (Exception exception)
            {
                AcceptLog.ObserverFault(log, exception);
            }
        }
    }

    private bool TryTake(out AcceptError error)
    {
        bool completed;
        lock (_lock)
        {
            if (_errors.TryDequeue(out error)) return true;

            // Completed, it stays "publishing" for ever, so that this is the only call that gets here.
            _publishing = completed = _completed;
        }

        if (completed) CompleteSubject();
        return false;
    }

    private void CompleteSubject()
    {
        try
        {
            _subject.OnCompleted();
        }
        catch (Exception exception)
        {
            AcceptLog.ObserverFault(log, exception);
        }
    }
}
