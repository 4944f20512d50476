using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// Changes of a state, for any number of observers: each is told what there is at its subscription, and then every change, one at a time, in order and
/// outside locks. Whoever finds nobody telling tells for all. State is guarded by the owner's lock.
/// </summary>
/// <param name="gate">The owner's lock.</param>
/// <param name="log">Where an observer that throws is logged; it is told nothing more.</param>
internal sealed class ChangeFeed<T>(Lock gate, ILogger log)
{
    private readonly Queue<(Subscription[] To, T? Value, bool IsEnd)> _untold = new();
    private Subscription[] _subscriptions = [];
    private bool _telling;
    private bool _completed;

    /// <summary>Subscribes an observer, which is first told what there is.</summary>
    /// <param name="observer">Whom.</param>
    /// <param name="present">What there is; called under the lock, and not after the end.</param>
    public IDisposable Subscribe(IObserver<T> observer, Func<IEnumerable<T>> present)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription(this, observer);
        Subscription[] alone = [subscription];
        lock (gate)
        {
            if (_completed)
            {
                _untold.Enqueue((alone, default, true));
            }
            else
            {
                foreach (T value in present()) _untold.Enqueue((alone, value, false));
                _subscriptions = [.. _subscriptions, subscription];
            }
        }

        Tell();
        return subscription;
    }

    /// <summary>Something changed. Under the lock; then <see cref="Tell"/>.</summary>
    public void Add(T value)
    {
        if (_subscriptions.Length > 0) _untold.Enqueue((_subscriptions, value, false));
    }

    /// <summary>No more changes. Under the lock; then <see cref="Tell"/>.</summary>
    public void Complete()
    {
        _completed = true;
        if (_subscriptions.Length > 0) _untold.Enqueue((_subscriptions, default, true));
        _subscriptions = [];
    }

    /// <summary>Tells what is untold, unless somebody does already. Without the lock.</summary>
    public void Tell()
    {
        lock (gate)
        {
            if (_telling) return;
            _telling = true;
        }

        while (TryTake(out var next))
        {
            foreach (Subscription subscription in next.To) Call(subscription, next.Value, next.IsEnd);
        }
    }

    private bool TryTake(out (Subscription[] To, T? Value, bool IsEnd) next)
    {
        lock (gate)
        {
            if (_untold.TryDequeue(out next)) return true;
            _telling = false;
            return false;
        }
    }

    private void Call(Subscription subscription, T? value, bool isEnd)
    {
        if (subscription.IsDisposed) return;
        try
        {
            if (isEnd) subscription.Observer.OnCompleted();
            else subscription.Observer.OnNext(value!); // only the end has no value
        }
        catch (Exception exception)
        {
            subscription.Dispose();
            GroupLog.ObserverFault(log, exception);
        }
    }

    private sealed class Subscription(ChangeFeed<T> feed, IObserver<T> observer) : IDisposable
    {
        private volatile bool _disposed;

        public IObserver<T> Observer => observer;

        public bool IsDisposed => _disposed;

        public void Dispose()
        {
            _disposed = true;
            feed.Remove(this);
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (gate) _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
    }
}
