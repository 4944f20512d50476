using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Hosting;

/// <summary>Servers that start and stop with a host.</summary>
public sealed class HostedServerSpec
{
    private static readonly HostedServerOptions Named = new() { Name = "echo" };

    [TestCase("tcp v4")]
    [TestCase("unix")]
    [TestCase("tcp v4 over sockets")]
    [TestCase("memory")]
    public async Task A_server_serves_from_its_hosts_start_to_its_stop(string kind)
    {
        using var reach = Reaches.Of(kind);
        var options = Named with { Server = new ServerOptions { Transport = reach.Transport } };
        using var servers = await new HostedServers().With(reach.Fresh(), Echo, options).StartedAsync();
        var endpoint = servers["echo"].LocalEndPoint;
        using var peer = await reach.ConnectAsync(endpoint);
        await peer.SendAsync("hello"u8.ToArray()).Soon();
        peer.FinishSending();
        Assert.That(Encoding.ASCII.GetString((await peer.ReadToEndAsync().Soon()).Bytes), Is.EqualTo("hello"));
        await servers.Host.StopAsync().Soon();
        Assert.That(async () => await reach.ConnectAsync(endpoint), Throws.InstanceOf<SocketException>());
        Assert.That(servers.Log.Entries, Has.None.Contains("unsubscribed").And.None.Contains("failed"));
    }

    [Test]
    public async Task A_stop_waits_for_connections_to_finish()
    {
        using var reach = Reach.TcpV4();
        var draining = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var servers = await new HostedServers().With(reach.Fresh(), listener => listener.Serve(connection =>
        {
            connection.Draining.Register(draining.SetResult);
            return connection.Inbound.Bytes();
        }), Named).StartedAsync();
        using var peer = await reach.ConnectAsync(servers["echo"].LocalEndPoint);
        await SayAsync(peer, "before");
        var stopped = servers.Host.StopAsync();
        await draining.Task.Soon();
        await SayAsync(peer, "after");
        Assert.That(stopped.IsCompleted, Is.False);
        peer.FinishSending();
        await stopped.Soon();
    }

    [TestCase(0)]
    [TestCase(50)]
    public async Task The_drain_time_cuts_what_has_not_finished(int milliseconds)
    {
        using var reach = Reach.TcpV4();
        var closed = new Probe<ConnectionClosed>();
        var options = Named with { Server = new ServerOptions { DrainTimeout = TimeSpan.FromMilliseconds(milliseconds) } };
        using var servers = await new HostedServers().With(reach.Fresh(), listener => Echo(listener).Do(closed), options).StartedAsync();
        using var peer = await reach.ConnectAsync(servers["echo"].LocalEndPoint);
        await SayAsync(peer, "hello");
        await servers.Host.StopAsync().Soon();
        await closed.EndAsync();
        Assert.That(closed.Items.Single().Reason.Kind, Is.EqualTo(CloseKind.ServerStopping));
    }

    [Test]
    public async Task The_hosts_patience_cuts_before_the_drain_time_is_over()
    {
        using var reach = Reach.TcpV4();
        using var patience = new CancellationTokenSource();
        var options = Named with { Server = new ServerOptions { DrainTimeout = Timeout.InfiniteTimeSpan } };
        var never = new Probe<long>();
        using var servers = await new HostedServers()
            .With(reach.Fresh(), listener => Echo(listener).Select(_ => 0L).Merge(Observable.Never<long>().Finally(never.OnCompleted)), options)
            .StartedAsync();
        using var peer = await reach.ConnectAsync(servers["echo"].LocalEndPoint);
        await SayAsync(peer, "hello");
        var stopped = servers.Host.StopAsync(patience.Token);
        await patience.CancelAsync();
        await stopped.Soon();
        await never.EndAsync();
        Assert.That((await peer.ReceiveAsync().Soon()).Error, Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task A_query_that_goes_on_after_its_listener_is_unsubscribed_when_the_drain_time_is_over()
    {
        var options = Named with { Server = new ServerOptions { DrainTimeout = TimeSpan.FromMilliseconds(50) } };
        using var servers = await new HostedServers().With(Reach.TcpV4().Fresh(), _ => Observable.Never<int>(), options).StartedAsync();
        await servers.Host.StopAsync().Soon();
        Assert.That(servers.Queries, Has.One.Contains("unsubscribed").And.One.Contains("echo went on"));
    }

    [Test]
    public async Task A_port_that_is_taken_fails_the_hosts_start_with_what_to_do()
    {
        await using var other = RxServer.Bind("tcp://127.0.0.1:0");
        using var servers = new HostedServers().With(other.LocalEndPoint, Echo);
        Assert.That(async () => await servers.Host.StartAsync().Soon(), Throws.TypeOf<ListenException>().With.Message.Contains("Stop the program that has it"));
    }

    [Test]
    public async Task Servers_of_one_host_are_told_apart_by_their_names()
    {
        var network = new MemoryNetwork(System.Reactive.Concurrency.Scheduler.Default);
        using var servers = new HostedServers().With(network.EndPoint("other"), Echo);
        servers.Services.AddRxServer("tcp://127.0.0.1:0", (_, listener) => Echo(listener));
        servers.Services.AddRxServer("tcp://127.0.0.1:0", (_, listener) => Echo(listener), Named);
        Assert.That(() => servers["echo"], Throws.TypeOf<KeyNotFoundException>(), "it is not bound yet");
        await servers.StartedAsync();
        var ports = new[] { "tcp://127.0.0.1:0", "echo" }.Select(name => ((IPEndPoint)servers[name].LocalEndPoint).Port).ToArray();
        Assert.That(ports, Is.Unique.And.None.Zero);
        Assert.That(servers["memory:other"].LocalEndPoint, Is.EqualTo(network.EndPoint("other")));
        Assert.That(() => servers["none"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("echo"));
        await servers.Host.StopAsync().Soon();
    }

    [Test]
    public void What_is_wrong_is_said_when_a_server_is_added()
    {
        var services = new ServiceCollection().AddRxServer("3000", (_, listener) => Echo(listener));
        Assert.That(() => services.AddRxServer("3000", (_, listener) => Echo(listener)), Throws.ArgumentException.With.Message.Contains("3000"));
        Assert.That(() => services.AddRxServer("3000x", (_, listener) => Echo(listener)), Throws.TypeOf<FormatException>());
        Assert.That(
            () => services.AddRxServer("3001", (_, listener) => Echo(listener), new HostedServerOptions { Server = new ServerOptions { Acceptors = 0 } }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Acceptors"));
        Assert.That(
            () => services.AddRxServer("3001", (_, listener) => Echo(listener), new HostedServerOptions { QueryFailure = (QueryFailure)7 }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("QueryFailure"));
        Assert.That(() => services.AddRxServer("3001", (_, listener) => Echo(listener), new HostedServerOptions { Name = "" }), Throws.ArgumentException);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_host_that_is_disposed_without_a_stop_cuts(bool synchronously)
    {
        using var reach = Reach.TcpV4();
        var servers = await new HostedServers().With(reach.Fresh(), Echo, Named).StartedAsync();
        var endpoint = servers["echo"].LocalEndPoint;
        using var peer = await reach.ConnectAsync(endpoint);
        await SayAsync(peer, "hello");
        if (synchronously)
            servers.Dispose();
        else
            await ((IAsyncDisposable)servers.Host).DisposeAsync().Soon();
        await peer.ReadToEndAsync().Soon();
        Assert.That(async () => await reach.ConnectAsync(endpoint), Throws.InstanceOf<SocketException>());
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_thread_that_runs_nothing_else_may_wait_for_the_end(bool stops)
    {
        // As that of a user interface, which is blocked while it closes its host.
        using var reach = Reach.Memory();
        var servers = await new HostedServers().With(reach.Fresh(), _ => Observable.Empty<int>(), Named).StartedAsync();
        await servers["echo"].StopAsync(TimeSpan.Zero).Soon(); // so that its end is waited for no more
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new Blocked());
            if (stops)
                servers.Host.StopAsync().GetAwaiter().GetResult();
            else
                servers.Dispose();
        }) { IsBackground = true };
        thread.Start();
        Assert.That(thread.Join(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public void A_later_service_that_fails_to_start_leaves_nothing_bound()
    {
        using var reach = Reach.TcpV4();
        var servers = new HostedServers().With(reach.Fresh(), Echo, Named).With(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1), Echo);
        Assert.That(async () => await servers.Host.StartAsync().Soon(), Throws.TypeOf<ListenException>());
        var endpoint = servers["echo"].LocalEndPoint;
        servers.Dispose();
        Assert.That(async () => await reach.ConnectAsync(endpoint), Throws.InstanceOf<SocketException>());
    }

    private static IObservable<ConnectionClosed> Echo(IListener listener) => listener.Serve(connection => connection.Inbound.Bytes());

    private static async Task SayAsync(ITestPeer peer, string text)
    {
        await peer.SendAsync(Encoding.ASCII.GetBytes(text)).Soon();
        Assert.That(Encoding.ASCII.GetString((await peer.ReceiveAsync().Soon()).Bytes), Is.EqualTo(text));
    }

    /// <summary>What is posted waits for a thread that waits.</summary>
    private sealed class Blocked : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
