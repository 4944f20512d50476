using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AcceptorPoolSpec
{
    private readonly World _world = new();

    [TestCase(SocketError.InvalidArgument)]
    [TestCase(SocketError.OperationAborted)] // nobody here closed the socket
    public void A_dead_acceptor_is_restarted(SocketError error)
    {
        Recorder recorder = _world.Subscribe(_world.Bind(_world.Options with { Acceptors = 1 }));
        for (int i = 0; i < 3; i++) _world.Run(() => _world.Socket.Fail(error));
        _world.Connect();
        Assert.That((recorder.Connections.Count, recorder.Error), Is.EqualTo((1, (Exception?)null)));
    }

    [Test]
    public void An_exception_of_the_transport_is_a_death_like_any_other()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1, MaxConnections = 1 });
        for (int i = 0; i < 3; i++) _world.Socket.Throw(new InvalidOperationException("a bug"));
        Recorder recorder = _world.Subscribe(listener);
        _world.Connect();
        Assert.That((recorder.Connections.Count, recorder.Error), Is.EqualTo((1, (Exception?)null)), "and its slot came back each time");
    }

    [Test]
    public void Past_the_budget_the_sequence_fails_and_open_connections_go_on()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 2 });
        bool errorsCompleted = false;
        using IDisposable _ = listener.AcceptErrors.Subscribe(_ => { }, () => errorsCompleted = true);
        Recorder recorder = _world.Subscribe(listener);
        ScriptedConnection open = _world.Connect();
        for (int i = 0; i < 4; i++) _world.Run(() => _world.Socket.Fail(SocketError.InvalidArgument));
        Assert.That(recorder.Error, Is.InstanceOf<ListenException>());
        var error = (ListenException)recorder.Error!;
        Assert.That((error.SocketError, error.EndPoint), Is.EqualTo((SocketError.InvalidArgument, _world.EndPoint)));
        Assert.That((open.IsAborted, _world.Socket.IsDisposed, errorsCompleted, listener.Loops.IsCompletedSuccessfully),
            Is.EqualTo((false, true, true, true)));
        Recorder late = _world.Subscribe(listener);
        Assert.That(late.Error, Is.SameAs(error));
    }

    [Test]
    public void Deaths_further_apart_than_the_window_go_on_for_ever()
    {
        Recorder recorder = _world.Subscribe(_world.Bind());
        for (int i = 0; i < 20; i++)
        {
            _world.Run(() => _world.Socket.Fail(SocketError.InvalidArgument));
            _world.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.That((recorder.Error, _world.Socket.Waiting), Is.EqualTo(((Exception?)null, 10)));
    }

    [Test]
    public void A_stop_that_comes_while_the_only_acceptor_gives_up_completes()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        _world.Subscribe(listener);
        Task<DrainResult>? stop = null;
        _world.Socket.Cancelled = () => stop ??= listener.StopAsync(TimeSpan.Zero); // as on another thread, just then
        for (int i = 0; i < 4; i++) _world.Run(() => _world.Socket.Fail(SocketError.InvalidArgument));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(0, 0)));
    }

    [Test]
    public void A_listener_whose_accepting_failed_can_still_be_drained()
    {
        Listener listener = _world.Bind();
        Recorder recorder = _world.Subscribe(listener);
        _world.Connect();
        for (int i = 0; i < 4; i++) _world.Run(() => _world.Socket.Fail(SocketError.NotSocket));
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(1)));
        Assert.That(stop.IsCompleted, Is.False);
        _world.Run(recorder.Connections[0].Abort);
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(1, 0)));
    }
}
