using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using RxGlisten.Sockets;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Sockets.Doubles;

namespace RxGlisten.Spec.Sockets;

/// <summary>Receiving by hand, in virtual time: whatever there is or exactly so much, and no byte is lost whatever is given up.</summary>
public sealed class ReceiveSpec
{
    [Test]
    public void Exactly_so_many_bytes_come_however_they_were_sent()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        var receive = socket.ReceiveAsync(5).AsTask();
        sockets.Say(peer, "ab");
        sockets.Say(peer, "c");
        Assert.That(receive.IsCompleted, Is.False);
        sockets.Say(peer, "defgh");
        Assert.That(Text(receive), Is.EqualTo("abcde"));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync(2))), Is.EqualTo("fg"));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.EqualTo("h"));
    }

    [Test]
    public void Whatever_there_is_comes_piece_by_piece_and_then_the_end()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        var receive = socket.ReceiveAsync().AsTask();
        Assert.That(receive.IsCompleted, Is.False);
        sockets.Say(peer, "ab");
        Assert.That(Text(receive), Is.EqualTo("ab"));
        sockets.Say(peer, "cd");
        peer.FinishSending();
        sockets.Settle();
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.EqualTo("cd"));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.Empty);
        Assert.That(Text(Now(sockets, socket.ReceiveAsync(3))), Is.Empty, "the end is between messages");
    }

    [Test]
    public void A_piece_is_no_larger_than_the_receive_buffer()
    {
        var sockets = new VirtualSockets(options => options with { ReceiveBufferBytes = 3 });
        var (socket, peer) = sockets.Pair();
        sockets.Say(peer, "abcdefgh");
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.EqualTo("abc"));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync(5))), Is.EqualTo("defgh"));
    }

    [Test]
    public void An_end_in_the_middle_is_an_error_that_says_so_and_the_bytes_before_it_are_there()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        var receive = socket.ReceiveAsync(5).AsTask();
        sockets.Say(peer, "abc");
        peer.FinishSending();
        sockets.Settle();
        var error = (ConnectionClosedException)receive.Exception!.InnerException!;
        Assert.That(error.Reason.Kind, Is.EqualTo(CloseKind.PeerClosed));
        Assert.That(error.Message, Does.Contain("3 of the 5"));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync(2))), Is.EqualTo("ab"));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.EqualTo("c"));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.Empty);
    }

    [Test]
    public void A_reset_in_the_middle_is_an_error_and_the_bytes_before_it_are_there()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        var receive = socket.ReceiveAsync(5).AsTask();
        sockets.Say(peer, "abc");
        peer.Reset();
        sockets.Settle();
        Assert.That(((ConnectionClosedException)receive.Exception!.InnerException!).Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.EqualTo("abc"));
        Assert.That(Now(sockets, socket.ReceiveAsync()).IsFaulted, "and so it stays");
    }

    [Test]
    public void A_receive_that_gave_up_has_lost_no_byte([Values("time", "token")] string how, [Values(0, 4)] int count)
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        if (count > 0)
            sockets.Say(peer, "ab");
        using var cancellation = new CancellationTokenSource();
        TimeSpan? limit = how == "time" ? TimeSpan.FromSeconds(2) : null;
        var given = count == 0
            ? socket.ReceiveAsync(limit, cancellation.Token).AsTask()
            : socket.ReceiveAsync(count, limit, cancellation.Token).AsTask();
        sockets.Advance(TimeSpan.FromSeconds(1));
        Assert.That(given.IsCompleted, Is.False);
        if (how == "token")
            cancellation.Cancel();
        sockets.Advance(TimeSpan.FromSeconds(2));
        if (how == "time")
            Assert.That(((SocketException)given.Exception!.InnerException!).SocketErrorCode, Is.EqualTo(SocketError.TimedOut));
        else
            Assert.That(given.IsCanceled);

        sockets.Say(peer, "cdef");
        Assert.That(Text(Now(sockets, socket.ReceiveAsync(4 + (count / 2)))), Is.EqualTo(count == 0 ? "cdef" : "abcdef"));
    }

    [Test]
    public void A_receive_of_no_time_takes_what_is_there_and_nothing_else()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        Assert.That(Now(sockets, socket.ReceiveAsync(TimeSpan.Zero)).Exception!.InnerException, Is.TypeOf<SocketException>());
        sockets.Say(peer, "abc");
        Assert.That(Text(Now(sockets, socket.ReceiveAsync(TimeSpan.Zero))), Is.EqualTo("abc"));
        Assert.That(Now(sockets, socket.ReceiveAsync(TimeSpan.Zero)).IsFaulted);
    }

    [Test]
    public void A_second_receive_beside_the_first_is_refused_and_disturbs_nothing()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        var first = socket.ReceiveAsync().AsTask();
        Assert.That(Now(sockets, socket.ReceiveAsync(3)).Exception!.InnerException, Is.TypeOf<InvalidOperationException>());
        sockets.Say(peer, "abc");
        Assert.That(Text(first), Is.EqualTo("abc"));
    }

    [Test]
    public void Shutting_down_receiving_is_the_end_and_sending_goes_on()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        var receive = socket.ReceiveAsync(3).AsTask();
        sockets.Say(peer, "ab");
        socket.Shutdown(SocketShutdown.Receive);
        sockets.Settle();
        Assert.That(Text(receive), Is.Empty);
        sockets.Say(peer, "cd");
        Assert.That(Text(Now(sockets, socket.ReceiveAsync())), Is.Empty);
        Assert.That(Now(sockets, Void(socket.SendAsync("x"u8.ToArray()))).IsCompletedSuccessfully);
    }

    [Test]
    public void Times_and_counts_that_make_no_sense_are_refused()
    {
        var sockets = new VirtualSockets();
        var (socket, _) = sockets.Pair();
        Assert.That(() => socket.ReceiveAsync(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => socket.ReceiveAsync(TimeSpan.FromSeconds(-5)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => socket.Shutdown((SocketShutdown)7), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(Now(sockets, socket.ReceiveAsync(cancellation: new CancellationToken(true))).IsCanceled);
    }

    [Test]
    public async Task Over_sockets_receives_that_give_up_at_any_moment_lose_no_byte()
    {
        using var listener = ListenSocket.Listen("tcp://127.0.0.1:0");
        var connecting = ConnectedSocket.ConnectAsync(listener.LocalEndPoint);
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        var sent = PeerReading.Noise(200_000, 7);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < sent.Length; i += 100)
                await client.SendAsync(sent.AsMemory(i, 100));
            client.Shutdown(SocketShutdown.Send);
        });
        var received = new MemoryStream();
        var random = new Random(7);
        var gaveUp = 0;
        while (received.Length < sent.Length)
        {
            using var cancellation = new CancellationTokenSource();
            if (random.Next(3) == 0)
                cancellation.CancelAfter(TimeSpan.FromTicks(random.Next(2_000)));
            try
            {
                var part = await server.ReceiveAsync(
                    (int)Math.Min(random.Next(1, 500), sent.Length - received.Length),
                    random.Next(3) == 0 ? TimeSpan.FromTicks(random.Next(2_000)) : null,
                    cancellation.Token).Soon();
                if (part.IsEmpty)
                    break; // the end
                received.Write(part.Span);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException { SocketErrorCode: SocketError.TimedOut })
            {
                gaveUp++;
            }
        }

        await sending.Soon();
        Assert.That(received.ToArray(), Is.EqualTo(sent));
        Assert.That((await server.ReceiveAsync().Soon()).IsEmpty);
        TestContext.Out.WriteLine($"{gaveUp} receives gave up");
    }

    private static Task<T> Now<T>(VirtualSockets sockets, ValueTask<T> task)
    {
        var now = task.AsTask();
        sockets.Settle();
        Assert.That(now.IsCompleted);
        return now;
    }

    private static async ValueTask<bool> Void(ValueTask task)
    {
        await task;
        return true;
    }

    private static string Text(Task<ReadOnlyMemory<byte>> task)
    {
        Assert.That(task.IsCompleted, "it has not come by now");
        return Encoding.Latin1.GetString(task.Result.Span);
    }
}
