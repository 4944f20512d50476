using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>The sequence behind <c>RetryBackOff</c>.</summary>
internal sealed class RetryBackOffSequence<T>(IObservable<T> source, BackOffOptions options, IScheduler scheduler) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var tries = new Tries(source, options, scheduler, observer);
        tries.Try();
        return tries;
    }

    /// <summary>One subscription: a try, or the wait for the next. The source's own grammar makes its calls serial.</summary>
    private sealed class Tries(IObservable<T> source, BackOffOptions options, IScheduler scheduler, IObserver<T> observer) : IObserver<T>, IDisposable
    {
        private readonly SerialDisposable _current = new();
        private readonly BackOff _backOff = options.Start();
        private int _failures; // in a row

        public void Try()
        {
            // In its place first: a source that fails inside its Subscribe has the wait for the next try put there.
            var subscription = new SingleAssignmentDisposable();
            _current.Disposable = subscription;
            subscription.Disposable = source.Subscribe(this);
        }

        public void OnNext(T value)
        {
            if (_failures > 0)
            {
                _failures = 0;
                _backOff.Reset();
            }

            observer.OnNext(value);
        }

        public void OnError(Exception error)
        {
            if (_failures == options.Attempts || !IsRetried(ref error))
            {
                observer.OnError(error);
                return;
            }

            _failures++;
            var wait = new SingleAssignmentDisposable();
            _current.Disposable = wait;
            wait.Disposable = scheduler.Schedule(this, _backOff.Next(), static (_, tries) =>
            {
                tries.Try();
                return Disposable.Empty;
            });
        }

        public void OnCompleted() => observer.OnCompleted();

        public void Dispose() => _current.Dispose();

        private bool IsRetried(ref Exception error)
        {
            try
            {
                return options.Retries(error);
            }
            catch (Exception thrown)
            {
                error = thrown;
                return false;
            }
        }
    }
}
