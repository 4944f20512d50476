using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;

namespace RxGlisten.Spec.Accepting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DrainSpec
{
    private readonly World _world = new();

    [Test]
    public void Connections_finish_in_time_or_are_cut_at_the_deadline()
    {
        Listener listener = _world.Bind();
        Recorder recorder = Serve(listener, 3);
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(10)));
        Assert.That((_world.Socket.IsDisposed, _world.Socket.Waiting, listener.Draining.IsCancellationRequested), Is.EqualTo((true, 0, true)));
        _world.Advance(TimeSpan.FromSeconds(4));
        _world.Run(recorder.Connections[1].Dispose);
        _world.Advance(TimeSpan.FromSeconds(6) - TimeSpan.FromTicks(1));
        Assert.That((stop.IsCompleted, recorder.IsCompleted, listener.Connections.Count), Is.EqualTo((false, false, 2)));
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That((stop.IsCompleted, recorder.IsCompleted, listener.Connections.Count), Is.EqualTo((true, true, 0)));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(Finished: 1, Cut: 2)));
        Assert.That(World.ResultOf(recorder.Connections[0].Closed).Kind, Is.EqualTo(CloseKind.ServerStopping));
        Assert.That((listener.Ledger.Accepted, listener.Ledger.Closed), Is.EqualTo((3L, 3L)));
        Assert.That(listener.Loops.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void The_listener_completes_after_its_last_connection_closed()
    {
        Listener listener = _world.Bind();
        Recorder recorder = Serve(listener, 2);
        bool closedFirst = false;
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(Timeout.InfiniteTimeSpan));
        Task after = stop.ContinueWith(_ => closedFirst = recorder.Connections.TrueForAll(connection => connection.Closed.IsCompleted),
            TaskContinuationOptions.ExecuteSynchronously);
        _world.Run(recorder.Connections[0].Abort);
        Assert.That((stop.IsCompleted, recorder.IsCompleted), Is.EqualTo((false, false)));
        _world.Run(recorder.Connections[1].Abort);
        Assert.That((stop.IsCompleted, recorder.IsCompleted, after.IsCompleted, closedFirst), Is.EqualTo((true, true, true, true)));
    }

    [Test]
    public void Stopping_is_idempotent_and_the_earliest_deadline_holds()
    {
        Listener listener = _world.Bind();
        Serve(listener, 1);
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(30)));
        _world.Advance(TimeSpan.FromSeconds(1));
        Assert.That(_world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(5))), Is.SameAs(stop));
        Assert.That(_world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(50))), Is.SameAs(stop));
        _world.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.That(stop.IsCompleted, Is.False);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(0, 1)));
        Assert.That(World.ResultOf(_world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(5)))), Is.EqualTo(new DrainResult(0, 1)));
    }

    [Test]
    public void Cancellation_cuts_at_once()
    {
        Listener listener = _world.Bind();
        Serve(listener, 2);
        using var cancellation = new CancellationTokenSource();
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(30), cancellation.Token));
        Assert.That(stop.IsCompleted, Is.False);
        _world.Run(cancellation.Cancel);
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(0, 2)));
    }

    [Test]
    public void A_token_that_is_cancelled_already_cuts_at_once()
    {
        Listener listener = _world.Bind();
        Serve(listener, 2);
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(30), new CancellationToken(true)));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(0, 2)));
    }

    [Test]
    public void Disposing_drains_for_the_time_of_the_options()
    {
        Listener listener = _world.Bind(_world.Options with { DrainTimeout = TimeSpan.FromSeconds(7) });
        Serve(listener, 1);
        Task disposing = _world.Run(() => listener.DisposeAsync().AsTask());
        _world.Advance(TimeSpan.FromSeconds(7) - TimeSpan.FromTicks(1));
        Assert.That(disposing.IsCompleted, Is.False);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That(disposing.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void A_listener_that_nobody_ever_subscribed_to_stops_at_once()
    {
        Listener listener = _world.Bind();
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(30)));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(0, 0)));
        Assert.That(_world.Socket.IsDisposed && listener.Loops.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void Connections_that_nobody_was_given_are_reset_and_not_counted()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 2 });
        Recorder recorder = _world.Subscribe(listener);
        _world.Socket.ConnectsOnCancel = true;
        _world.Run(recorder.Subscription!.Dispose);
        IConnection[] held = [.. listener.Connections];
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(30)));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(0, 0)));
        Assert.That(held.Select(connection => World.ResultOf(connection.Closed).Kind), Is.EqualTo(new[] { CloseKind.ServerStopping, CloseKind.ServerStopping }));
        Assert.That(_world.Socket.Connections, Has.All.Property(nameof(ScriptedConnection.IsAborted)).True);
    }

    [Test]
    public void A_connection_that_arrives_with_the_stop_is_reset()
    {
        Listener listener = _world.Bind(_world.Options with { Acceptors = 1 });
        Recorder recorder = _world.Subscribe(listener);
        _world.Socket.ConnectsOnCancel = true;
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(30)));
        Assert.That((stop.IsCompleted, recorder.Connections.Count, recorder.IsCompleted), Is.EqualTo((true, 0, true)));
        Assert.That(_world.Socket.Connections.Single().IsAborted, Is.True);
        Assert.That((listener.Ledger.Accepted, listener.Ledger.Closed), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void A_draining_callback_that_throws_harms_nobody_and_the_others_run()
    {
        Listener listener = _world.Bind();
        Recorder recorder = Serve(listener, 2);
        using CancellationTokenRegistration graceful = recorder.Connections[0].Draining.Register(recorder.Connections[0].Dispose);
        using CancellationTokenRegistration faulty = recorder.Connections[1].Draining.Register(() => throw new InvalidOperationException("mine"));
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(3)));
        _world.Advance(TimeSpan.FromSeconds(3));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(1, 1)));
    }

    [Test]
    public void A_draining_callback_may_wait_for_a_thread_that_uses_the_listener_and_its_connections()
    {
        Listener listener = _world.Bind();
        Recorder recorder = Serve(listener, 2);
        bool wasUsed = false;
        using CancellationTokenRegistration _ = listener.Draining.Register(() =>
        {
            var thread = new Thread(() =>
            {
                foreach (IConnection connection in listener.Connections) connection.Outbound.OnNext("bye"u8.ToArray());
                listener.Pause();
                listener.StopAsync(TimeSpan.FromSeconds(1));
                recorder.Connections[0].Abort();
                wasUsed = true;
            });
            thread.Start();
            Assert.That(thread.Join(TimeSpan.FromSeconds(20)), "the thread got what it wanted");
        });
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(10)));
        _world.Advance(TimeSpan.FromSeconds(1));
        Assert.That((wasUsed, World.ResultOf(stop)), Is.EqualTo((true, new DrainResult(Finished: 1, Cut: 1))));
    }

    [Test]
    public void Stopping_inside_the_own_OnNext_works()
    {
        Listener listener = _world.Bind();
        Task<DrainResult>? stop = null;
        Recorder recorder = _world.Subscribe(listener, connection => stop ??= listener.StopAsync(TimeSpan.FromSeconds(3)));
        _world.Connect();
        _world.Advance(TimeSpan.FromSeconds(3));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(0, 1)));
        Assert.That((recorder.IsCompleted, _world.Socket.Connections.Single().IsAborted), Is.EqualTo((true, true)));
    }

    [Test]
    public void A_negative_drain_time_is_refused() =>
        Assert.That(() => _world.Bind().StopAsync(TimeSpan.FromSeconds(-3)), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private Recorder Serve(Listener listener, int connections)
    {
        Recorder recorder = _world.Subscribe(listener);
        for (int i = 0; i < connections; i++) _world.Connect();
        return recorder;
    }
}
