using NUnit.Framework;
using RxGlisten.Spec.Closing.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Closing;

/// <summary>A scheduler that is hostile inside <c>Schedule</c>, whichever timer it is asked for. In virtual time.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MeddlingSchedulerSpec
{
    private static readonly string[] Timers = ["idle", "send", "half-open", "linger", "unclaimed", "age", "hold"];

    private readonly LogRecorder _log = new();
    private MeddlingScheduler? _scheduler;

    [TestCaseSource(nameof(Timers))]
    public void One_that_throws_ends_the_connection_whose_timer_it_was_and_nothing_else(string timer)
    {
        var error = new InvalidOperationException("Meant to be.");
        var server = Start(timer);
        _scheduler!.Meddle = due => throw (due == Limit(timer) ? error : new AssertionException($"a timer of {due}"));
        var peer = server.Connect();
        var connection = server.Accept();
        Assert.That(() => Provoke(server, connection, peer, timer), Throws.Nothing);
        server.Settle();
        Assert.That(connection.Closed.IsCompleted, "it ends");
        Assert.That((connection.Closed.Result.Kind, connection.Closed.Result.Error), Is.EqualTo((CloseKind.TransportError, error)));
        Assert.That(_log.Entries, Has.Count.EqualTo(1));
        _scheduler.Meddle = static _ => { };
        Assert.That((server.Listener.Ledger.Accepted, server.Listener.Ledger.Closed), Is.EqualTo((1L, 1L)));
        var (next, nextPeer) = server.Pair();
        var inbound = next.Inbound.Probe();
        _ = nextPeer.SendAsync("ping"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("ping"));
    }

    [TestCaseSource(nameof(Timers))]
    public void One_that_waits_for_a_thread_that_uses_the_connection_does_not_wait_for_ever(string timer)
    {
        var server = Start(timer);
        IConnection? connection = null;
        var meddled = 0;
        _scheduler!.Meddle = due =>
        {
            if (due != Limit(timer) || meddled++ > 0)
                return;
            var user = connection ?? server.Listener.Connections.SingleOrDefault();
            var thread = new Thread(() =>
            {
                user?.Outbound.OnNext("x"u8.ToArray());
                _ = user?.Closed.IsCompleted;
                using (user?.Inbound.Subscribe(Probing.Ignore<Message>()))
                    user?.Outbound.OnCompleted();
            });
            thread.Start();
            Assert.That(thread.Join(TimeSpan.FromSeconds(20)), "the thread got what it wanted");
        };
        var peer = server.Connect();
        connection = server.Accept();
        Provoke(server, connection, peer, timer);
        server.Settle();
        Assert.That(meddled, Is.GreaterThan(0));
    }

    [Test]
    public void One_that_runs_the_timer_inside_Schedule_does_not_lose_the_one_that_follows()
    {
        var server = Start("idle");
        var (connection, peer) = server.Pair();
        _scheduler!.FiresAtOnce = true;
        Provoke(server, connection, peer, "idle");
        server.Advance(Limit("idle") - TimeSpan.FromTicks(2));
        Assert.That(connection.Closed.IsCompleted, Is.False);
        server.Advance(TimeSpan.FromTicks(2));
        peer.FinishSending();
        server.Settle();
        Assert.That(connection.Closed.IsCompleted && connection.Closed.Result.Kind == CloseKind.IdleTimeout);
    }

    [TestCaseSource(nameof(Timers))]
    public void One_whose_clock_jumps_and_that_has_long_running_threads_is_asked_for_neither(string timer)
    {
        var server = Start(timer);
        _scheduler!.Now = () => throw new AssertionException("the wall clock jumps");
        var (connection, peer) = server.Pair();
        Provoke(server, connection, peer, timer);
        server.Advance(2 * Limit(timer));
        peer.FinishSending();
        server.Advance(Limit("linger"));
        Assert.That(connection.Closed.IsCompleted, "the timer of that time did its work");
        Assert.That(_log.Entries, Is.Empty);
    }

    [Test]
    public void One_that_throws_for_the_drain_has_the_connections_cut_at_once()
    {
        var server = Start("none");
        var (connection, _) = server.Pair();
        _scheduler!.Meddle = static _ => throw new InvalidOperationException("Meant to be.");
        Task<DrainResult>? stopped = null;
        Assert.That(Stop, Throws.Nothing);
        server.Settle();
        Assert.That((stopped!.IsCompletedSuccessfully, connection.Closed.IsCompleted), Is.EqualTo((true, true)));
        Assert.That((stopped.Result, connection.Closed.Result.Kind, _log.Entries.Count), Is.EqualTo((new DrainResult(0, 1), CloseKind.ServerStopping, 1)));

        void Stop() => stopped = server.Listener.StopAsync(TimeSpan.FromSeconds(10));
    }

    private VirtualServer Start(string timer) => new(
        options =>
        {
            _scheduler = new MeddlingScheduler(options.Scheduler);
            return options with
            {
                Scheduler = _scheduler,
                LoggerFactory = _log,
                IdleTimeout = timer == "idle" ? Limit("idle") : Timeout.InfiniteTimeSpan,
                SendTimeout = Limit("send"),
                HalfOpenTimeout = Limit("half-open"),
                LingerTimeout = Limit("linger"),
                UnclaimedTimeout = timer == "unclaimed" ? Limit("unclaimed") : Timeout.InfiniteTimeSpan,
                MaximumAge = timer == "age" ? Limit("age") : Timeout.InfiniteTimeSpan,
                HoldTimeout = Limit("hold"),
            };
        });

    private static TimeSpan Limit(string timer) => TimeSpan.FromSeconds(60 + Array.IndexOf(Timers, timer));

    private static void Provoke(VirtualServer server, IConnection connection, Transports.TransportPeer peer, string timer)
    {
        switch (timer)
        {
            case "idle":
                connection.Inbound.Probe();
                break;
            case "send":
                connection.Outbound.OnNext(new byte[1_000_000]);
                break;
            case "half-open":
                connection.Inbound.Probe();
                peer.FinishSending();
                break;
            case "linger":
                connection.Dispose();
                break;
            case "hold":
                connection.Inbound.Probe(message => ((Packet)message).Hold());
                _ = peer.SendAsync("x"u8.ToArray());
                break;
        }

        server.Settle();
    }
}
