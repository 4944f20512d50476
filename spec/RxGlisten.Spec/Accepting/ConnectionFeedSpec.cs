using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ConnectionFeedSpec
{
    private readonly World _world = new();

    [Test]
    public void A_second_subscriber_gets_an_error_that_names_Publish()
    {
        Listener listener = _world.Bind();
        Recorder first = _world.Subscribe(listener);
        Recorder second = _world.Subscribe(listener);
        Assert.That(second.Error, Is.InstanceOf<InvalidOperationException>().With.Message.Contains("Publish()"));
        second.Subscription!.Dispose();
        _world.Connect();
        Assert.That(first.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void Subscribe_never_delivers_inside_its_own_call()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        Recorder gone = _world.Subscribe(listener);
        _world.Socket.ConnectsOnCancel = true;
        _world.Run(gone.Subscription!.Dispose);
        Assert.That(listener.Connections, Has.Count.EqualTo(1), "which waits for a subscriber");
        var first = new Recorder();
        var second = new Recorder();
        _world.Run(() =>
        {
            first.Subscription = listener.Subscribe(first);
            second.Subscription = listener.Subscribe(second);
            Assert.That((first.Connections.Count, second.Error), Is.EqualTo((0, (Exception?)null)));
        });
        Assert.That((first.Connections.Count, second.Error is null), Is.EqualTo((1, false)));
    }

    [Test]
    public void Nothing_is_delivered_before_a_chain_of_operators_is_complete()
    {
        Listener listener = _world.Bind();
        for (int i = 0; i < 5; i++) _world.Connect();
        var during = (Delivered: -1, Open: -1);
        var recorder = new Recorder();
        IObservable<IConnection> chain = Observable.Create<IConnection>(observer =>
        {
            IDisposable subscription = new ColdListener(() => listener).Subscribe(observer);
            _world.Run(listener.Resume); // what another thread may do meanwhile: it has accepting look who is there, and all that follows from it
            during = (recorder.Connections.Count, listener.Connections.Count);
            return subscription;
        }).Take(1); // if it were told now, it could not unsubscribe: it does not have its subscription yet
        _world.Run(() => recorder.Subscription = chain.Subscribe(recorder));
        Assert.That(during, Is.EqualTo((0, 5)), "they are accepted and wait");
        Assert.That((recorder.Connections.Count, recorder.IsCompleted, listener.Connections.Count), Is.EqualTo((1, true, 1)));
        Assert.That(_world.Socket.Connections.Skip(1).Select(connection => connection.IsAborted), Is.All.True, "what was not delivered is reset");
    }

    [Test]
    public void Subscribing_after_the_end_delivers_nothing_inside_the_call_either()
    {
        Listener listener = _world.Bind();
        _world.Run(() => listener.StopAsync(TimeSpan.Zero));
        var recorder = new Recorder();
        _world.Run(() =>
        {
            recorder.Subscription = listener.Subscribe(recorder);
            Assert.That(recorder.IsCompleted, Is.False);
        });
        Assert.That(recorder.IsCompleted, Is.True);
    }

    [Test]
    public void Unsubscribing_pauses_accepting_and_the_next_subscriber_goes_on()
    {
        Listener listener = _world.Bind();
        Recorder first = _world.Subscribe(listener);
        _world.Connect();
        _world.Run(first.Subscription!.Dispose);
        Assert.That(_world.Socket.Waiting, Is.Zero);
        _world.Connect();
        Recorder second = _world.Subscribe(listener);
        Assert.That((first.Connections.Count, second.Connections.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_connection_accepted_while_the_subscriber_left_waits_for_the_next()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 3 });
        Recorder first = _world.Subscribe(listener);
        _world.Socket.ConnectsOnCancel = true;
        _world.Run(first.Subscription!.Dispose);
        Assert.That((first.Connections.Count, listener.Connections.Count), Is.EqualTo((0, 3)));
        Recorder second = _world.Subscribe(listener);
        Assert.That(second.Connections, Has.Count.EqualTo(3));
    }

    [Test]
    public void The_age_of_a_connection_that_waits_for_a_subscriber_counts_from_its_accept([Values] bool isDelivered)
    {
        var limit = TimeSpan.FromSeconds(60);
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1, MaximumAge = limit, LingerTimeout = TimeSpan.Zero });
        Recorder gone = _world.Subscribe(listener);
        _world.Socket.ConnectsOnCancel = true;
        _world.Run(gone.Subscription!.Dispose);
        IConnection connection = listener.Connections.Single();
        _world.Advance(limit / 2);
        if (isDelivered) Assert.That(_world.Subscribe(listener).Connections.Single(), Is.SameAs(connection));
        _world.Advance((limit / 2) - TimeSpan.FromTicks(1));
        Assert.That(connection.Closed.IsCompleted, Is.False);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That(World.ResultOf(connection.Closed).Kind, Is.EqualTo(CloseKind.MaximumAge));
        Assert.That((listener.Connections.Count, listener.Slots.Free), Is.EqualTo((0, isDelivered ? 99 : 100)), "its slot is back; the acceptor that goes on has one");
    }

    [Test]
    public void A_subscription_made_inside_OnNext_takes_over_if_the_subscriber_is_gone()
    {
        Listener listener = _world.Bind();
        var pairs = new List<(IConnection, IConnection)>();
        IObservable<(IConnection, IConnection)> query = from first in listener.Take(1) from second in listener select (first, second);
        _world.Run(() => query.Subscribe(pairs.Add));
        for (int i = 0; i < 3; i++) _world.Connect();
        Assert.That(pairs.Select(pair => pair.Item2), Is.EqualTo(listener.Connections.Skip(1)));
        Assert.That(pairs, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_sequence_after_the_first_sees_each_connection_once()
    {
        Listener listener = _world.Bind();
        Recorder recorder = _world.Subscribe(listener.Take(1).Concat(listener.Take(2)).Concat(listener));
        for (int i = 0; i < 5; i++) _world.Connect();
        Assert.That(recorder.Connections, Is.EqualTo(listener.Connections));
    }

    [Test]
    public void A_takeover_does_not_pause_accepting()
    {
        Listener listener = _world.Bind();
        _world.Subscribe(listener.Take(1).Concat(listener));
        int before = _world.Socket.Accepts;
        _world.Connect();
        Assert.That(_world.Socket.Accepts, Is.EqualTo(before + 1));
    }

    [Test]
    public void A_subscription_made_inside_OnNext_gets_the_error_if_the_subscriber_stays()
    {
        Listener listener = _world.Bind();
        var inner = new Recorder();
        Recorder outer = _world.Subscribe(listener, _ => inner.Subscription ??= listener.Subscribe(inner));
        _world.Connect();
        _world.Connect();
        Assert.That(inner.Error, Is.InstanceOf<InvalidOperationException>().With.Message.Contains("Publish()"));
        Assert.That(outer.Connections, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_subscriber_that_throws_loses_that_connection_and_nothing_else()
    {
        Listener listener = _world.Bind();
        bool thrown = false;
        Recorder recorder = _world.Subscribe(listener, _ =>
        {
            if (thrown) return;
            thrown = true;
            throw new InvalidOperationException("mine");
        });
        ScriptedConnection first = _world.Connect();
        ScriptedConnection second = _world.Connect();
        Assert.That((first.IsAborted, second.IsAborted, _world.Socket.Waiting), Is.EqualTo((true, false, 10)));
        CloseReason reason = World.ResultOf(recorder.Connections[0].Closed);
        Assert.That((reason.Kind, reason.Error?.Message), Is.EqualTo((CloseKind.HandlerFault, "mine")));
    }

    [Test]
    public void Observers_that_throw_at_the_end_harm_nobody()
    {
        Listener listener = _world.Bind();
        _world.Run(() => listener.Subscribe(_ => { }, () => throw new InvalidOperationException("mine")));
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.Zero));
        Assert.That(stop.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void A_subscriber_after_the_end_gets_the_end()
    {
        Listener listener = _world.Bind();
        _world.Run(() => listener.StopAsync(TimeSpan.Zero));
        Assert.That(_world.Subscribe(listener).IsCompleted, Is.True);
        Assert.That(_world.Subscribe(listener).IsCompleted, Is.True);
    }
}
