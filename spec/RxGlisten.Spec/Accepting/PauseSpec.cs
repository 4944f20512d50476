using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PauseSpec
{
    private readonly World _world = new();

    [Test]
    public void A_paused_listener_takes_nothing_and_goes_on_where_it_was()
    {
        Listener listener = _world.Bind();
        Recorder recorder = _world.Subscribe(listener);
        _world.Run(listener.Pause);
        _world.Run(listener.Pause);
        _world.Connect();
        Assert.That((_world.Socket.Waiting, recorder.Connections.Count), Is.EqualTo((0, 0)));
        _world.Run(listener.Resume);
        _world.Run(listener.Resume);
        Assert.That((_world.Socket.Waiting, recorder.Connections.Count), Is.EqualTo((10, 1)));
    }

    [Test]
    public void Cancelled_accepts_are_no_errors()
    {
        Listener listener = _world.Bind();
        var errors = new List<AcceptError>();
        using IDisposable _ = listener.AcceptErrors.Subscribe(errors.Add);
        Recorder recorder = _world.Subscribe(listener);
        for (int i = 0; i < 10; i++)
        {
            _world.Run(listener.Pause);
            _world.Run(listener.Resume);
        }

        Assert.That((errors.Count, recorder.Error), Is.EqualTo((0, (Exception?)null)));
    }

    [Test]
    public void A_connection_accepted_while_the_pause_came_is_delivered()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 2 });
        Recorder recorder = _world.Subscribe(listener);
        _world.Socket.ConnectsOnCancel = true;
        _world.Run(listener.Pause);
        Assert.That(recorder.Connections, Has.Count.EqualTo(2));
    }

    [Test]
    public void Pausing_before_anybody_subscribes_holds()
    {
        Listener listener = _world.Bind();
        _world.Run(listener.Pause);
        _world.Connect();
        Recorder recorder = _world.Subscribe(listener);
        Assert.That(recorder.Connections, Is.Empty);
    }
}
