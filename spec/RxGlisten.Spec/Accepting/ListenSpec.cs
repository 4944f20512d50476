using System.Net.Sockets;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ListenSpec
{
    private readonly World _world = new();

    [Test]
    public void Each_subscription_binds()
    {
        IObservable<IConnection> connections = RxServer.Listen(_world.EndPoint, _world.Options);
        Assert.That(_world.EndPoint.Listeners, Is.Empty);
        Recorder first = _world.Subscribe(connections);
        Recorder second = _world.Subscribe(connections);
        _world.Connect();
        Assert.That((_world.EndPoint.Listeners.Count, first.Connections.Count, second.Connections.Count), Is.EqualTo((2, 0, 1)));
    }

    [Test]
    public void Unsubscribing_unbinds_and_leaves_delivered_connections_alive()
    {
        Recorder recorder = _world.Subscribe(RxServer.Listen(_world.EndPoint, _world.Options with { Acceptors = 2 }));
        ScriptedConnection delivered = _world.Connect();
        _world.Socket.ConnectsOnCancel = true;
        _world.Run(recorder.Subscription!.Dispose);
        Assert.That((_world.Socket.IsDisposed, delivered.IsAborted, recorder.Connections[0].Draining.IsCancellationRequested),
            Is.EqualTo((true, false, false)));
        Assert.That(_world.Socket.Connections.Skip(1).Select(connection => connection.IsAborted), Is.EqualTo(new[] { true, true }));
    }

    [Test]
    public void Take_1_gives_one_connection_that_lives_on_and_frees_all_else()
    {
        Listener? listener = null;
        Recorder recorder = _world.Subscribe(new ColdListener(() => listener = _world.Bind()).Take(1));
        ScriptedConnection connection = _world.Connect();
        Assert.That((recorder.Connections.Count, recorder.IsCompleted, connection.IsAborted), Is.EqualTo((1, true, false)));
        Assert.That((_world.Socket.IsDisposed, _world.Socket.Waiting, listener!.Slots.Free), Is.EqualTo((true, 0, 99)));
        _world.Run(recorder.Connections[0].Abort);
        Assert.That((listener.Slots.Free, listener.Loops.IsCompletedSuccessfully), Is.EqualTo((100, true)));
    }

    [Test]
    public void An_observer_that_throws_does_not_unbind_the_server()
    {
        IObservable<IConnection> connections = RxServer.Listen(_world.EndPoint, _world.Options);
        Recorder recorder = _world.Subscribe(connections, _ => throw new InvalidOperationException("mine"));
        _world.Connect();
        _world.Connect();
        Assert.That((_world.Socket.IsDisposed, recorder.Connections.Count), Is.EqualTo((false, 2)));
    }

    [Test]
    public void A_bind_failure_is_an_OnError_of_Listen_and_an_exception_of_Bind()
    {
        var fault = new ListenException(_world.EndPoint, SocketError.AddressAlreadyInUse, "taken");
        _world.EndPoint.BindFault = fault;
        Assert.That(_world.Subscribe(RxServer.Listen(_world.EndPoint, _world.Options)).Error, Is.SameAs(fault));
        Assert.That(() => RxServer.Bind(_world.EndPoint, _world.Options), Throws.Exception.SameAs(fault));
    }

    [Test]
    public void Malformed_arguments_throw_at_the_call_itself()
    {
        Assert.That(() => RxServer.Listen("no such:thing"), Throws.InstanceOf<FormatException>());
        Assert.That(() => RxServer.Bind("no such:thing"), Throws.InstanceOf<FormatException>());
        Assert.That(() => RxServer.Listen((string)null!), Throws.ArgumentNullException);
        Assert.That(() => RxServer.Bind((System.Net.EndPoint)null!), Throws.ArgumentNullException);
        Assert.That(() => RxServer.Listen(_world.EndPoint, _world.Options with { Acceptors = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
