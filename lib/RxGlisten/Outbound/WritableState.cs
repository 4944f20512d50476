using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// Whether a send queue has room, as an observable: the current state inside <c>Subscribe</c>, then each change in a posted turn. An observer that
/// lags behind sees the latest state, so nothing queues up for it. Guarded by the connection's lock.
/// </summary>
internal sealed class WritableState(Connection connection) : IObservable<bool>
{
    private List<Subscription>? _subscriptions;
    private bool _completed;

    /// <summary>Whether the queue is under the high-water mark.</summary>
    public bool IsWritable { get; private set; } = true;

    public IDisposable Subscribe(IObserver<bool> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription(this, observer);
        lock (connection.Gate)
        {
            if (!_completed)
                (_subscriptions ??= []).Add(subscription);
            subscription.Scheduled = true; // nobody else tells it before this call does
        }

        subscription.Tell();
        return Disposable.Create(subscription, static s => s.Leave());
    }

    /// <summary>Changes the state. Under the lock.</summary>
    public void Set(bool writable)
    {
        if (IsWritable == writable || _completed)
            return;
        IsWritable = writable;
        Tell();
    }

    /// <summary>No more changes. Under the lock.</summary>
    public void Complete()
    {
        if (_completed)
            return;
        _completed = true;
        IsWritable = true; // a closed queue holds nobody back
        Tell();
        _subscriptions = null;
    }

    private void Tell()
    {
        if (_subscriptions is null)
            return;
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Scheduled)
                continue;
            subscription.Scheduled = true;
            connection.Executor.Post(subscription);
        }
    }

    /// <summary>One observer. Whoever set <see cref="Scheduled"/> calls it until it has seen the latest state, so its calls are serial.</summary>
    private sealed class Subscription(WritableState state, IObserver<bool> observer) : IThreadPoolWorkItem
    {
        private bool? _told;
        private bool _left;

        public bool Scheduled { get; set; }

        /// <summary>Tells the observer until it has seen the latest state.</summary>
        public void Tell()
        {
            while (true)
            {
                bool now, completed;
                lock (state.Gate)
                {
                    now = state.IsWritable;
                    completed = state._completed;
                    if (_left || (!completed && _told == now))
                    {
                        Scheduled = false;
                        return;
                    }

                    _told = now;
                    _left = completed;
                }

                try
                {
                    if (completed)
                        observer.OnCompleted();
                    else
                        observer.OnNext(now);
                }
                catch
                {
                    Leave();
                    throw;
                }
            }
        }

        /// <summary>A posted turn: user code that throws ends its own connection.</summary>
        void IThreadPoolWorkItem.Execute()
        {
            try
            {
                Tell();
            }
            catch (Exception e)
            {
                state.Fault(e);
            }
        }

        public void Leave()
        {
            lock (state.Gate)
            {
                _left = true;
                state._subscriptions?.Remove(this);
            }
        }
    }

    private Lock Gate => connection.Gate;

    private void Fault(Exception error) => connection.Closing.Fault(error);
}
