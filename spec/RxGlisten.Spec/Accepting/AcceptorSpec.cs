using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AcceptorSpec
{
    private readonly World _world = new();

    [Test]
    public void Nothing_is_accepted_before_somebody_subscribes()
    {
        Listener listener = _world.Bind();
        _world.Connect();
        Assert.That(_world.Socket.Accepts, Is.Zero);
        Recorder recorder = _world.Subscribe(listener);
        Assert.That(recorder.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void Ten_acceptors_share_one_listening_socket()
    {
        Recorder recorder = _world.Subscribe(_world.Bind());
        Assert.That((_world.EndPoint.Listeners.Count, _world.Socket.Waiting), Is.EqualTo((1, 10)));
        for (int i = 0; i < 25; i++) _world.Connect();
        Assert.That((recorder.Connections.Count, _world.Socket.Waiting), Is.EqualTo((25, 10)));
    }

    [Test]
    public void A_client_that_failed_in_the_backlog_costs_nothing_but_a_report()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        var errors = new List<AcceptError>();
        using IDisposable _ = listener.AcceptErrors.Subscribe(errors.Add);
        Recorder recorder = _world.Subscribe(listener);
        _world.Run(() => _world.Socket.Fail(SocketError.ConnectionAborted));
        _world.Connect();
        Assert.That(errors, Is.EqualTo(new[] { new AcceptError(SocketError.ConnectionAborted, AcceptResponse.Retry) }));
        Assert.That(recorder.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void An_acceptor_out_of_descriptors_waits_and_then_accepts_again()
    {
        Recorder recorder = _world.Subscribe(_world.Bind(_world.Options with { Acceptors = 1 }));
        _world.Run(() => _world.Socket.Fail(SocketError.TooManyOpenSockets));
        _world.Connect();
        _world.Advance(TimeSpan.FromMilliseconds(10) - TimeSpan.FromTicks(1));
        Assert.That(recorder.Connections, Is.Empty);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That(recorder.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void The_wait_doubles_to_a_second_and_starts_again_after_a_success()
    {
        _world.Subscribe(_world.Bind(_world.Options with { Acceptors = 1 }));
        foreach (int wait in new[] { 10, 20, 40, 80, 160, 320, 640, 1000, 1000 }) ExpectWait(wait);
        _world.Connect();
        ExpectWait(10);
    }

    [Test]
    public void A_slot_is_not_kept_while_an_acceptor_waits()
    {
        Recorder recorder = _world.Subscribe(_world.Bind(_world.Options with { Acceptors = 2, MaxConnections = 1 }));
        _world.Run(() => _world.Socket.Fail(SocketError.TooManyOpenSockets));
        _world.Connect();
        Assert.That(recorder.Connections, Has.Count.EqualTo(1), "the other acceptor got it");
    }

    [Test]
    public void Retries_without_an_end_turn_into_waits_instead_of_a_spin()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        _world.Socket.Always = new AcceptResult(null, SocketError.OperationNotSupported);
        var responses = new List<AcceptResponse>();
        using IDisposable _ = listener.AcceptErrors.Select(error => error.Response).Subscribe(responses.Add);
        _world.Subscribe(listener);
        Assert.That(responses.Last(), Is.EqualTo(AcceptResponse.BackOff));
        Assert.That(responses, Has.Count.EqualTo(65));
    }

    [Test]
    public void A_pause_ends_the_wait_after_an_error()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        Recorder recorder = _world.Subscribe(listener);
        _world.Run(() => _world.Socket.Fail(SocketError.TooManyOpenSockets));
        _world.Run(listener.Pause);
        _world.Connect();
        _world.Run(listener.Resume);
        Assert.That(recorder.Connections, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_throwing_observer_of_accept_errors_ends_no_acceptor()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        using IDisposable _ = listener.AcceptErrors.Subscribe(_ => throw new InvalidOperationException("mine"));
        Recorder recorder = _world.Subscribe(listener);
        for (int i = 0; i < 5; i++) _world.Run(() => _world.Socket.Fail(SocketError.ConnectionReset));
        _world.Connect();
        Assert.That(recorder.Connections, Has.Count.EqualTo(1));
    }

    private void ExpectWait(int milliseconds)
    {
        _world.Run(() => _world.Socket.Fail(SocketError.NoBufferSpaceAvailable));
        int before = _world.Socket.Accepts;
        _world.Advance(TimeSpan.FromMilliseconds(milliseconds) - TimeSpan.FromTicks(1));
        Assert.That(_world.Socket.Accepts, Is.EqualTo(before), $"too early for {milliseconds} ms");
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That(_world.Socket.Accepts, Is.EqualTo(before + 1), $"too late for {milliseconds} ms");
    }
}
