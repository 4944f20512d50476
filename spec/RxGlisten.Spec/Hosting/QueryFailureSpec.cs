using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Hosting;

/// <summary>Queries of hosted servers that end before their host does.</summary>
public sealed class QueryFailureSpec
{
    // The connections that a failed SelectMany leaves behind are nobody's: no stop is to wait for them here.
    private static readonly ServerOptions Hasty = new() { DrainTimeout = TimeSpan.Zero };

    private static readonly HostedServerOptions Restarting = new() { Name = "server", QueryFailure = QueryFailure.Restart, Server = Hasty };

    [Test]
    public async Task An_error_stops_the_host_which_ends_with_it()
    {
        using var reach = Reach.Memory();
        using var servers = new HostedServers().With(reach.Fresh(), Fragile, new HostedServerOptions { Name = "server", Server = Hasty });
        var run = servers.Host.RunAsync();
        using var peer = await reach.ConnectAsync(servers["server"].LocalEndPoint);
        await peer.SendAsync("fail"u8.ToArray()).Soon();
        Assert.That(async () => await run.Soon(), Throws.InvalidOperationException.With.Message.EqualTo("planned"));
        Assert.That(servers.Queries, Has.One.Contains("server failed: the host is stopped. planned"));
    }

    [Test]
    public async Task A_restarted_query_serves_on_the_same_listener()
    {
        using var reach = Reach.TcpV4();
        using var servers = await new HostedServers().With(reach.Fresh(), Fragile, Restarting).StartedAsync();
        var listener = servers["server"];
        using var first = await reach.ConnectAsync(listener.LocalEndPoint);
        await first.SendAsync("fail"u8.ToArray()).Soon();
        await Patience.UntilAsync(() => servers.Queries.Any(), "the failure is logged"); // when the failed query takes nobody any more
        using var second = await reach.ConnectAsync(listener.LocalEndPoint); // perhaps before there is another
        await second.SendAsync("hello"u8.ToArray()).Soon();
        Assert.That(Encoding.ASCII.GetString((await second.ReceiveAsync().Soon()).Bytes), Is.EqualTo("hello"));
        Assert.That(servers["server"], Is.SameAs(listener));
        Assert.That(servers.Queries.Single(), Does.Contain("server failed and is restarted. planned"));
        await servers.Host.StopAsync().Soon();
    }

    [TestCase("throws when it is made")]
    [TestCase("throws when it is subscribed")]
    [TestCase("is none")]
    [TestCase("fails at once")]
    public void A_query_that_fails_again_and_again_stops_the_host(string how)
    {
        var made = 0;
        using var servers = new HostedServers().With(Reach.Memory().Fresh(), listener =>
        {
            made++;
            return how switch
            {
                "throws when it is made" => throw new InvalidOperationException("planned"),
                "throws when it is subscribed" => Observable.Create<int>((Func<IObserver<int>, IDisposable>)(_ => throw new InvalidOperationException("planned"))),
                "is none" => null!,
                _ => listener.Select(_ => 0).StartWith(1).Select<int, int>(_ => throw new InvalidOperationException("planned")),
            };
        }, Restarting);
        Assert.That(async () => await servers.Host.RunAsync().Soon(), Throws.InstanceOf(how == "is none" ? typeof(ArgumentNullException) : typeof(InvalidOperationException)));
        Assert.That(made, Is.EqualTo(4), "once, and three times in the budget");
    }

    [Test]
    public void A_listener_that_cannot_go_on_is_not_tried_again()
    {
        var made = 0;
        var error = new ListenException(new IPEndPoint(IPAddress.Loopback, 0), SocketError.SocketError, "planned");
        using var servers = new HostedServers().With(Reach.Memory().Fresh(), _ =>
        {
            made++;
            return Observable.Throw<int>(error);
        }, Restarting);
        Assert.That(async () => await servers.Host.RunAsync().Soon(), Throws.Exception.SameAs(error));
        Assert.That(made, Is.EqualTo(1));
    }

    [Test]
    public async Task A_query_that_completes_ends_listening_and_not_the_host()
    {
        using var reach = Reach.TcpV4();
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var servers = await new HostedServers().With(reach.Fresh(), listener => listener.Take(1).Do(connection => connection.Dispose()), Restarting with { Server = new ServerOptions() }).StartedAsync();
        var listener = servers["server"];
        using var errors = listener.AcceptErrors.Subscribe(_ => { }, over.SetResult); // which complete with the listener
        using var peer = await reach.ConnectAsync(listener.LocalEndPoint);
        Assert.That((await peer.ReadToEndAsync().Soon()).Bytes, Is.Empty);
        peer.Close();
        await over.Task.Soon();
        Assert.That(async () => await reach.ConnectAsync(listener.LocalEndPoint), Throws.InstanceOf<SocketException>());
        Assert.That(servers.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested, Is.False);
        await servers.Host.StopAsync().Soon();
    }

    [Test]
    public void The_log_is_the_containers_unless_the_server_has_one()
    {
        var own = new LogRecorder();
        using var servers = new HostedServers()
            .With(Reach.Memory().Fresh(), _ => Observable.Throw<int>(new InvalidOperationException("told to its own")), Restarting with { Server = Hasty with { LoggerFactory = own } });
        Assert.That(async () => await servers.Host.RunAsync().Soon(), Throws.InvalidOperationException);
        Assert.That(own.Entries.Count(entry => entry.Contains("told to its own", StringComparison.Ordinal)), Is.EqualTo(4));
        Assert.That(servers.Queries, Is.Empty);
    }

    /// <summary>An echo by plain Rx, where one client that says "fail" ends the query for all.</summary>
    private static IObservable<int> Fragile(IListener listener) => listener.SelectMany(connection => connection.Inbound.Bytes().Select(bytes =>
    {
        if (bytes.Span.SequenceEqual("fail"u8))
            throw new InvalidOperationException("planned");
        connection.Outbound.OnNext(bytes);
        return bytes.Length;
    }));
}
