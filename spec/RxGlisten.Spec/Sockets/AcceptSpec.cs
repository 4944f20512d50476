using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Sockets;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Sockets.Doubles;

namespace RxGlisten.Spec.Sockets;

/// <summary>Accepting and connecting by hand, and how long that may take.</summary>
public sealed class AcceptSpec
{
    [Test]
    public void An_accept_ends_when_its_time_is_over_and_not_before()
    {
        var sockets = new VirtualSockets();
        var accept = sockets.Listener.AcceptAsync(TimeSpan.FromSeconds(5)).AsTask();
        sockets.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.That(accept.IsCompleted, Is.False);
        sockets.Advance(TimeSpan.FromTicks(2));
        Assert.That(Error(accept), Is.EqualTo(SocketError.TimedOut));
    }

    [Test]
    public void An_accept_that_gave_up_has_taken_no_connection([Values("time", "token")] string how)
    {
        var sockets = new VirtualSockets();
        using var cancellation = new CancellationTokenSource();
        var given = sockets.Listener.AcceptAsync(how == "time" ? TimeSpan.FromSeconds(1) : null, cancellation.Token).AsTask();
        sockets.Advance(TimeSpan.FromSeconds(how == "time" ? 2 : 0));
        cancellation.Cancel();
        sockets.Settle();
        Assert.That(given.IsCanceled, Is.EqualTo(how == "token"));
        Assert.That(given.IsCompleted);
        sockets.Connect();
        var accept = sockets.Listener.AcceptAsync(TimeSpan.FromSeconds(1)).AsTask();
        sockets.Settle();
        Assert.That(accept.IsCompletedSuccessfully);
    }

    [Test]
    public void An_accept_of_no_time_takes_what_waits_and_nothing_else()
    {
        var sockets = new VirtualSockets();
        var none = sockets.Listener.AcceptAsync(TimeSpan.Zero).AsTask();
        sockets.Settle();
        Assert.That(Error(none), Is.EqualTo(SocketError.TimedOut));
        sockets.Connect();
        sockets.Settle();
        Assert.That(sockets.Listener.AcceptAsync(TimeSpan.Zero).AsTask().IsCompletedSuccessfully);
    }

    [Test]
    public void Closing_ends_the_accepts_that_wait_and_leaves_connections_alone()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        var accepts = new[] { sockets.Listener.AcceptAsync().AsTask(), sockets.Listener.AcceptAsync(TimeSpan.FromSeconds(9)).AsTask() };
        sockets.Listener.Close();
        sockets.Settle();
        Assert.That(accepts.Select(Error), Has.All.EqualTo(SocketError.OperationAborted));
        sockets.Say(peer, "still here");
        var received = socket.ReceiveAsync().AsTask();
        Assert.That(received.Result.Length, Is.EqualTo(10));
    }

    [Test]
    public async Task Over_sockets_an_accept_gives_up_in_time_and_the_next_one_accepts()
    {
        using var listener = ListenSocket.Listen("tcp://127.0.0.1:0");
        Assert.That(Error(await Settled(listener.AcceptAsync(TimeSpan.FromMilliseconds(20)).AsTask())), Is.EqualTo(SocketError.TimedOut));
        using var cancellation = new CancellationTokenSource();
        var cancelled = listener.AcceptAsync(cancellation: cancellation.Token).AsTask();
        cancellation.Cancel();
        Assert.That((await Settled(cancelled)).IsCanceled);
        var connecting = ConnectedSocket.ConnectAsync(listener.LocalEndPoint);
        using var server = await listener.AcceptAsync(TimeSpan.FromSeconds(30)).Soon();
        using var client = await connecting.Soon();
        Assert.That(server.RemoteEndPoint, Is.EqualTo(client.LocalEndPoint));
    }

    [Test]
    public void A_connect_that_gets_no_answer_ends_when_its_time_is_over()
    {
        var time = new RxGlisten.Testing.VirtualTime();
        var network = new RxGlisten.Testing.SimulatedNetwork(time, seed: 1) { Link = new() { Latency = TimeSpan.FromSeconds(60) } };
        using var listener = ListenSocket.Listen(network.EndPoint("far"), new ServerOptions { Scheduler = time });
        var connect = ConnectedSocket.ConnectAsync(network.EndPoint("far"), new ClientOptions { Scheduler = time }).AsTask();
        time.AdvanceBy(TimeSpan.FromSeconds(9));
        Assert.That(connect.IsCompleted, Is.False);
        time.AdvanceBy(TimeSpan.FromSeconds(2));
        Assert.That(((ConnectException)connect.Exception!.InnerException!).SocketError, Is.EqualTo(SocketError.TimedOut));
    }

    [Test]
    public void A_connect_may_be_cancelled()
    {
        using var listener = ListenSocket.Listen("tcp://127.0.0.1:0");
        Assert.That(
            async () => await ConnectedSocket.ConnectAsync(listener.LocalEndPoint, cancellation: new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private static async Task<Task> Settled(Task task)
    {
        await Task.WhenAny(task).Soon();
        return task;
    }

    private static SocketError? Error(Task task) => (task.Exception?.InnerException as SocketException)?.SocketErrorCode;
}
