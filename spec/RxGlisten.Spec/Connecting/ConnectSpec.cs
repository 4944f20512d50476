using System.Net.Sockets;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Spec.Connecting.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Connecting;

/// <summary>How a client gets its connection, or none.</summary>
public sealed class ConnectSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private static IEnumerable<string> Kinds => Reaches.Names;

    [TestCaseSource(nameof(Kinds))]
    public async Task A_client_and_a_server_talk(string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, serve: listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var connected = RxClient.Connect(server.Listener.LocalEndPoint).Probe();
        var connection = (await connected.CountAsync(1))[0];
        await connected.EndAsync();
        var inbound = connection.Inbound.Probe();
        connection.Outbound.OnNext("echo"u8.ToArray());
        connection.Outbound.OnCompleted();
        await inbound.EndAsync();
        Assert.That(inbound.Text(), Is.EqualTo("echo"));
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.LocalClosed));
        Assert.That(ServerAddress.Format(connection.RemoteEndPoint), Is.EqualTo(ServerAddress.Format(server.Listener.LocalEndPoint)));
        Assert.That((connection.Draining.CanBeCanceled, connection.Tls), Is.EqualTo((false, (TlsInfo?)null)));
    }

    [Test]
    public void Each_subscription_connects_once_and_none_before_it_and_nothing_happens_inside_subscribe()
    {
        var server = new VirtualServer();
        var client = RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Scheduler = server.Time });
        server.Advance(Second);
        Assert.That(server.Listener.Ledger.Accepted, Is.Zero);
        var first = client.Probe();
        Assert.That(first.Items, Is.Empty);
        server.Settle();
        var second = client.Probe();
        server.Settle();
        Assert.That((first.Items.Count, first.IsEnded, second.Items.Count, second.IsEnded), Is.EqualTo((1, true, 1, true)));
        Assert.That(first.Items[0].Id, Is.Not.EqualTo(second.Items[0].Id));
        Assert.That(server.Listener.Ledger.Accepted, Is.EqualTo(2));
    }

    [Test]
    public void Unsubscribing_later_leaves_the_connection_to_its_owner()
    {
        var server = new VirtualServer();
        IConnection? taken = null;
        var subscription = RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Scheduler = server.Time })
            .Take(1).Subscribe(connection => taken = connection);
        server.Settle();
        subscription.Dispose();
        var inbound = server.Accept().Inbound.Probe();
        taken!.Outbound.OnNext("still here"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("still here"));
    }

    [Test]
    public void Who_unsubscribes_when_it_is_given_the_connection_is_told_nothing_more()
    {
        var server = new VirtualServer();
        Probe<IConnection>? connected = null;
        connected = RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Scheduler = server.Time }).Probe(_ => connected!.Dispose());
        server.Settle();
        Assert.That((connected.Items.Count, connected.IsEnded, connected.Items[0].Closed.IsCompleted), Is.EqualTo((1, false, false)));
    }

    [Test]
    public void A_connection_that_nobody_wants_is_closed_as_unclaimed()
    {
        var server = new VirtualServer();
        var (client, accepted) = server.Dial();
        accepted.Inbound.Probe(onEnd: accepted.Dispose);
        server.Advance(30 * Second - 2 * Tick);
        Assert.That(client.Closed.IsCompleted, Is.False);
        server.Advance(2 * Tick);
        Assert.That(client.Closed.Result.Kind, Is.EqualTo(CloseKind.Unclaimed));
    }

    // What goes wrong.

    [Test]
    public void A_connect_takes_its_time_to_the_tick_and_not_more()
    {
        var time = new VirtualTime();
        var network = new SimulatedNetwork(time, seed: 1) { Link = new LinkSettings { Latency = 4 * Second } };
        using var listening = RxServer.Listen(network.EndPoint("slow"), new ServerOptions { Scheduler = time }).Serve(c => c.Inbound.Bytes()).Subscribe();
        var connected = RxClient.Connect(network.EndPoint("slow"), new ClientOptions { Scheduler = time, ConnectTimeout = 8 * Second + Tick }).Probe();
        var late = RxClient.Connect(network.EndPoint("slow"), new ClientOptions { Scheduler = time, ConnectTimeout = 8 * Second - Tick }).Probe();

        time.AdvanceBy(8 * Second - 2 * Tick);
        Assert.That((connected.Items.Count, late.IsEnded), Is.EqualTo((0, false)));
        time.AdvanceBy(Tick);
        Assert.That((connected.Items.Count, late.IsEnded), Is.EqualTo((0, true)));
        time.AdvanceBy(Tick);
        Assert.That((connected.Items.Count, connected.IsEnded), Is.EqualTo((1, true)));

        var error = (ConnectException)late.Error!;
        Assert.That(error.SocketError, Is.EqualTo(SocketError.TimedOut));
        Assert.That(error.EndPoint, Is.EqualTo(network.EndPoint("slow")));
        Assert.That(error.Message, Is.EqualTo(
            "Can't connect to simulated:slow (TimedOut): there was no connection within 00:00:07.9999999. "
            + "Check the address and the firewalls on the way, or allow more time."));
        connected.Items[0].Dispose();
        time.Run();
        Assert.That((network.AcceptedCount, network.OpenCount), Is.EqualTo((2, 0)), "the server was told that the late one is not wanted");
    }

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(1.5)]
    [TestCase(2.0)]
    public void Unsubscribing_while_connecting_leaves_nothing_behind(double seconds)
    {
        var time = new VirtualTime();
        var network = new SimulatedNetwork(time, seed: 1) { Link = new LinkSettings { Latency = Second } };
        var closings = new Probe<ConnectionClosed>();
        using var listening = closings.On(RxServer.Listen(network.EndPoint("slow"), new ServerOptions { Scheduler = time }).Serve(c => c.Inbound.Bytes()));
        var connected = RxClient.Connect(network.EndPoint("slow"), new ClientOptions { Scheduler = time }).Probe();
        time.AdvanceBy(TimeSpan.FromSeconds(seconds) - (seconds == 2 ? Tick : TimeSpan.Zero));
        connected.Dispose();
        time.AdvanceBy(2 * Second);
        Assert.That((connected.Items.Count, connected.IsEnded), Is.EqualTo((0, false)));
        Assert.That((network.AcceptedCount, network.OpenCount, time.Pending), Is.EqualTo((seconds < 1 ? 0 : 1, 0, 0)));
        Assert.That(closings.Items.Select(c => c.Reason.Kind), Is.All.EqualTo(CloseKind.PeerReset));
    }

    [Test]
    public void A_connection_that_comes_after_the_end_is_reset()
    {
        var time = new TestScheduler();
        var server = new ScriptedServer(new SchedulerExecutor(time));
        var late = RxClient.Connect(server, new ClientOptions { Scheduler = time, ConnectTimeout = Second }).Probe();
        var left = RxClient.Connect(server, new ClientOptions { Scheduler = time }).Probe();
        time.AdvanceBy(Second.Ticks);
        left.Dispose();
        Assert.That((late.IsEnded, left.IsEnded, server.Begun, server.Cancellation.IsCancellationRequested), Is.EqualTo((true, false, 2, true)));
        var connections = new[] { server.Connect(), server.Connect() };
        time.AdvanceBy(1);
        Assert.That(connections.Select(c => c.IsAborted), Is.All.True);
        Assert.That((late.Items.Count, left.Items.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Who_leaves_before_the_first_turn_never_connects()
    {
        var time = new TestScheduler();
        var server = new ScriptedServer(new SchedulerExecutor(time));
        RxClient.Connect(server, new ClientOptions { Scheduler = time }).Subscribe().Dispose();
        time.AdvanceBy(100 * Second.Ticks);
        Assert.That(server.Begun, Is.Zero);
    }

    [Test]
    public void What_a_transport_throws_is_a_failure_like_any_other()
    {
        var time = new TestScheduler();
        var fault = new InvalidOperationException("a transport of another make");
        var server = new ScriptedServer(new SchedulerExecutor(time)) { Fault = fault };
        var connected = RxClient.Connect(server, new ClientOptions { Scheduler = time }).Probe();
        time.AdvanceBy(1);
        Assert.That(connected.Error, Is.InstanceOf<ConnectException>().With.InnerException.SameAs(fault));
    }

    [Test]
    public void A_subscriber_that_throws_loses_its_connection_and_is_logged()
    {
        using var log = new LogRecorder();
        var server = new VirtualServer();
        IConnection? given = null;
        var completed = false;
        RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Scheduler = server.Time, LoggerFactory = log }).Subscribe(
            connection =>
            {
                given = connection;
                throw new InvalidOperationException("mine");
            },
            () => completed = true);
        server.Settle();
        Assert.That(given!.Closed.Result.Kind, Is.EqualTo(CloseKind.HandlerFault));
        Assert.That((completed, log.Entries.Single()), Is.EqualTo((true, $"The subscriber of a client threw when it was given connection {given.Id}, which is aborted. mine")));
    }

    [Test]
    public void An_observer_that_throws_when_told_of_the_end_is_logged()
    {
        using var log = new LogRecorder();
        var time = new TestScheduler();
        var server = new ScriptedServer(new SchedulerExecutor(time));
        RxClient.Connect(server, new ClientOptions { Scheduler = time, LoggerFactory = log })
            .Subscribe(_ => { }, error => throw new InvalidOperationException("of " + ((ConnectException)error).SocketError));
        time.AdvanceBy(1);
        server.Refuse(SocketError.HostUnreachable);
        time.AdvanceBy(1);
        Assert.That(log.Entries, Is.EqualTo(new[] { "An observer of a client threw. of HostUnreachable" }));
    }

    [Test]
    public void Where_nobody_listens_it_says_so()
    {
        var server = new VirtualServer();
        server.Listener.StopAsync(TimeSpan.Zero);
        server.Settle();
        var connected = RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Scheduler = server.Time }).Probe();
        server.Settle();
        Assert.That(connected.Error!.Message, Is.EqualTo("Can't connect to memory:server (ConnectionRefused): nobody listens there. Start the server, or check the address."));
    }

    [Test]
    public void A_connection_of_a_client_is_served_by_the_server_operators_too()
    {
        var server = new VirtualServer();
        var closings = RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Scheduler = server.Time })
            .Serve(c => c.Inbound.Bytes().StartWith(Encoding.ASCII.GetBytes("hello "))).Probe();
        server.Settle();
        var accepted = server.Accept();
        var inbound = accepted.Inbound.Probe();
        accepted.Outbound.OnNext("you"u8.ToArray());
        accepted.Outbound.OnCompleted();
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("hello you"));
        Assert.That((closings.Items.Single().Reason.Kind, closings.IsEnded), Is.EqualTo((CloseKind.PeerClosed, true)));
    }
}
