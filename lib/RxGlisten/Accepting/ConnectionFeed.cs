using System.Diagnostics.CodeAnalysis;
using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;

namespace RxGlisten;

/// <summary>
/// The accepted connections, one at a time to one subscriber. A connection waits while nobody subscribes, and its acceptor with it, so
/// no more wait than there are acceptors. Whoever finds nobody delivering delivers for all: that is what makes the calls serial.
/// </summary>
internal sealed class ConnectionFeed(ITransportExecutor executor, ConnectionLedger ledger, ILogger log)
    : IObservable<IConnection>, IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly SubscriberSeat<IConnection> _seat = new();
    private readonly Queue<Offer> _offers = new();
    private bool _delivering;
    private bool _refusing;
    private bool _ended;
    private Exception? _error;

    private readonly record struct Offer(Connection Connection, Waiter<bool> Delivered);

    /// <summary>Called outside locks when <see cref="HasSubscriber"/> may have changed.</summary>
    public Action SubscriberChanged { get; set; } = static () => { };

    public bool HasSubscriber
    {
        get { lock (_lock) return _seat.IsWanted; }
    }

    /// <summary>The subscriber, where it is to be asked who is admitted.</summary>
    public IGatekeeper? Gatekeeper
    {
        get { lock (_lock) return _seat.Current?.Observer as IGatekeeper; }
    }

    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscriber = new Subscriber<IConnection>(observer, Leave);
        bool entered;
        lock (_lock) entered = _seat.TryEnter(subscriber);

        // While Rx subscribes a chain of operators, none of them can leave yet: connections that one were told of then, beyond those it wants, would be lost.
        if (!entered) Refuse(subscriber);
        else if (CurrentThreadScheduler.IsScheduleRequired) BeginTelling(subscriber);
        else CurrentThreadScheduler.Instance.Schedule(() => BeginTelling(subscriber));
        return subscriber;
    }

    /// <summary>Waits until the connection was delivered.</summary>
    /// <returns>False when it never will be, because accepting is over.</returns>
    public ValueTask<bool> OfferAsync(Connection connection)
    {
        var delivered = new Waiter<bool>(executor);
        lock (_lock)
        {
            if (_refusing) return new(false);
            _offers.Enqueue(new Offer(connection, delivered));
        }

        Drain(delivered);
        return delivered.Task;
    }

    /// <summary>From now on nothing is delivered: every offer that waits, and every later one, is refused.</summary>
    public void RefuseOffers()
    {
        Offer[] refused;
        lock (_lock)
        {
            _refusing = true;
            refused = [.. _offers];
            _offers.Clear();
        }

        foreach (Offer offer in refused) offer.Delivered.End(false);
    }

    /// <summary>Ends the sequence, with an error or without; the first end holds. After <see cref="RefuseOffers"/>.</summary>
    public void End(Exception? error)
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            _error = error;
        }

        Drain(own: null);
    }

    void IThreadPoolWorkItem.Execute() => Drain(own: null);

    /// <summary>The call that subscribed is over.</summary>
    private void BeginTelling(Subscriber<IConnection> subscriber)
    {
        lock (_lock) subscriber.IsComplete = true;
        SubscriberChanged();
        executor.Post(this);
    }

    private void Drain(Waiter<bool>? own)
    {
        lock (_lock)
        {
            if (_delivering) return;
            _delivering = true;
        }

        while (TryBeginCall(out Subscriber<IConnection>? subscriber, out Offer? offer))
        {
            if (offer is { } next) Deliver(subscriber, next.Connection);
            else DeliverEnd(subscriber);

            Subscriber<IConnection>? refused;
            bool left;
            lock (_lock)
            {
                refused = _seat.EndCall();
                left = !_seat.IsWanted;
            }

            if (refused is not null) Refuse(refused);
            if (left) SubscriberChanged();

            // This call's own acceptor does not await yet; the others do, and go on in turns of their own.
            if (offer is not { Delivered: var delivered }) continue;
            if (delivered == own) delivered.EndBeforeAwait(true);
            else delivered.End(true);
        }
    }

    private bool TryBeginCall([NotNullWhen(true)] out Subscriber<IConnection>? subscriber, out Offer? offer)
    {
        lock (_lock)
        {
            offer = null;
            subscriber = _seat.Current;
            if (subscriber is not { IsComplete: true } || (_offers.Count == 0 && !_ended))
            {
                // Under the lock of the check, so that what comes next finds either this loop going on or nobody delivering.
                _delivering = false;
                return false;
            }

            _seat.BeginCall();
            if (_offers.TryDequeue(out Offer next)) offer = next;
            else _seat.Leave(subscriber); // The end is its last call: who subscribes inside it sits down and gets the end, too.
            return true;
        }
    }

    private void Deliver(Subscriber<IConnection> subscriber, Connection connection)
    {
        ledger.Deliver(connection);
        try
        {
            subscriber.Observer.OnNext(connection);
        }
        catch (Exception exception)
        {
            AcceptLog.SubscriberFault(log, connection.Id, exception);
            connection.Abort(CloseKind.HandlerFault, "The listener's subscriber threw when it was given the connection.", exception);
            return;
        }

        connection.OnDelivered();
    }

    private void DeliverEnd(Subscriber<IConnection> subscriber)
    {
        try
        {
            if (_error is null) subscriber.Observer.OnCompleted();
            else subscriber.Observer.OnError(_error);
        }
        catch (Exception exception)
        {
            AcceptLog.ObserverFault(log, exception);
        }
    }

    private void Leave(Subscriber<IConnection> subscriber)
    {
        lock (_lock) _seat.Leave(subscriber);
        SubscriberChanged();
    }

    private void Refuse(Subscriber<IConnection> subscriber) => executor.Post(new Turn(() =>
    {
        if (subscriber.IsDisposed) return;
        try
        {
            subscriber.Observer.OnError(new InvalidOperationException(
                "A listener has one subscriber at a time, and this one has one already. Share it: listener.Publish().RefCount()."));
        }
        catch (Exception exception)
        {
            AcceptLog.ObserverFault(log, exception);
        }
    }));
}
