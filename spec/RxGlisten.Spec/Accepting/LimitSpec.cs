using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LimitSpec
{
    private readonly World _world = new();

    [Test]
    public void A_slot_is_taken_before_accept()
    {
        _world.Subscribe(_world.Bind(_world.Options with { MaxConnections = 3 }));
        Assert.That(_world.Socket.Waiting, Is.EqualTo(3), "of ten acceptors");
    }

    [Test]
    public void At_the_limit_the_backlog_holds_connections_until_one_ends()
    {
        Recorder recorder = _world.Subscribe(_world.Bind(_world.Options with { MaxConnections = 2 }));
        for (int i = 0; i < 4; i++) _world.Connect();
        Assert.That((recorder.Connections.Count, _world.Socket.Backlog), Is.EqualTo((2, 2)));
        _world.Run(recorder.Connections[0].Abort);
        Assert.That((recorder.Connections.Count, _world.Socket.Backlog), Is.EqualTo((3, 1)));
    }

    [Test]
    public void At_the_limit_connections_are_closed_at_once_where_that_was_asked()
    {
        Listener listener = _world.Bind(_world.Options with { MaxConnections = 2, AtLimit = AtLimitPolicy.Close });
        Recorder recorder = _world.Subscribe(listener);
        ScriptedConnection[] connections = [.. Enumerable.Range(0, 4).Select(_ => _world.Connect())];
        Assert.That(connections.Select(connection => connection.IsAborted), Is.EqualTo(new[] { false, false, true, true }));
        Assert.That((listener.Ledger.Accepted, listener.Ledger.Rejected, recorder.Connections.Count), Is.EqualTo((2L, 2L, 2)));
    }

    [Test]
    public void A_slot_that_is_freed_while_an_accept_waits_is_used()
    {
        Recorder recorder = _world.Subscribe(_world.Bind(_world.Options with { MaxConnections = 1, AtLimit = AtLimitPolicy.Close }));
        _world.Connect();
        _world.Run(recorder.Connections[0].Abort);
        Assert.That(_world.Connect().IsAborted, Is.False);
        Assert.That(_world.Connect().IsAborted, Is.True);
    }

    [Test]
    public void Every_slot_comes_back()
    {
        Listener listener = _world.Bind(_world.Options with { MaxConnections = 2 });
        Recorder recorder = _world.Subscribe(listener, connection => connection.Abort());
        for (int i = 0; i < 100; i++) _world.Connect();
        Assert.That((recorder.Connections.Count, listener.Ledger.Accepted, listener.Ledger.Closed), Is.EqualTo((100, 100L, 100L)));
        Assert.That(listener.Connections, Is.Empty);
    }

    [Test]
    public void A_paused_listener_holds_no_slot()
    {
        Listener listener = _world.Bind();
        _world.Subscribe(listener);
        Assert.That(listener.Slots.Free, Is.EqualTo(90), "ten acceptors have one each");
        _world.Run(listener.Pause);
        Assert.That(listener.Slots.Free, Is.EqualTo(100));
    }
}
