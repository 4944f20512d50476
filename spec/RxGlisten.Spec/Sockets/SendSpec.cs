using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Sockets.Doubles;

namespace RxGlisten.Spec.Sockets;

/// <summary>Sending by hand, in virtual time.</summary>
public sealed class SendSpec
{
    [Test]
    public void A_send_that_finds_no_room_goes_on_as_the_peer_reads()
    {
        var sockets = new VirtualSockets(windowBytes: 10);
        var (socket, peer) = sockets.Pair();
        var sent = PeerReading.Noise(95, 1);
        var send = socket.SendAsync(sent).AsTask();
        sockets.Advance(TimeSpan.FromSeconds(20));
        Assert.That(send.IsCompleted, Is.False);
        var received = new List<byte>();
        while (received.Count < sent.Length)
        {
            var receive = peer.ReceiveAsync();
            sockets.Advance(TimeSpan.FromSeconds(20)); // less than SendTimeout each time, and far more in all
            Assert.That(receive.IsCompleted && receive.Result.Bytes.Length > 0);
            received.AddRange(receive.Result.Bytes);
        }

        Assert.That(send.IsCompletedSuccessfully);
        Assert.That(received, Is.EqualTo(sent));
    }

    [Test]
    public void A_send_without_progress_resets_the_connection_when_its_time_is_over()
    {
        var sockets = new VirtualSockets(options => options with { SendTimeout = TimeSpan.FromSeconds(3) }, windowBytes: 10);
        var (socket, peer) = sockets.Pair();
        var send = socket.SendAsync(new byte[11]).AsTask();
        sockets.Advance(TimeSpan.FromSeconds(2));
        Assert.That(send.IsCompleted, Is.False);
        sockets.Advance(TimeSpan.FromSeconds(2));
        Assert.That(((ConnectionClosedException)send.Exception!.InnerException!).Reason.Kind, Is.EqualTo(CloseKind.SendTimeout));
        var rest = peer.ReceiveAsync();
        sockets.Settle();
        var end = peer.ReceiveAsync();
        sockets.Settle();
        Assert.That((rest.Result.Bytes.Length, end.Result.Error), Is.EqualTo((10, SocketError.ConnectionReset)));
    }

    [Test]
    public void No_limit_is_no_limit()
    {
        var sockets = new VirtualSockets(options => options with { SendTimeout = Timeout.InfiniteTimeSpan }, windowBytes: 10);
        var (socket, _) = sockets.Pair();
        var send = socket.SendAsync(new byte[11]).AsTask();
        sockets.Advance(TimeSpan.FromDays(40));
        Assert.That(send.IsCompleted, Is.False);
        socket.Abort();
        sockets.Settle();
        Assert.That(((ConnectionClosedException)send.Exception!.InnerException!).Reason.Kind, Is.EqualTo(CloseKind.Aborted));
    }

    [Test]
    public void A_second_send_beside_the_first_is_refused_and_disturbs_nothing()
    {
        var sockets = new VirtualSockets(windowBytes: 10);
        var (socket, peer) = sockets.Pair();
        var first = socket.SendAsync("0123456789ab"u8.ToArray()).AsTask();
        Assert.That(socket.SendAsync("x"u8.ToArray()).AsTask().Exception!.InnerException, Is.TypeOf<InvalidOperationException>());
        _ = peer.ReceiveAsync();
        sockets.Settle();
        var rest = peer.ReceiveAsync();
        sockets.Settle();
        Assert.That((first.IsCompletedSuccessfully, rest.Result.Bytes), Is.EqualTo((true, "ab"u8.ToArray())));
    }

    [Test]
    public void After_the_shutdown_nothing_is_sent_and_receiving_goes_on()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        socket.Shutdown(SocketShutdown.Send);
        var refused = socket.SendAsync("x"u8.ToArray()).AsTask();
        Assert.That(((ConnectionClosedException)refused.Exception!.InnerException!).Reason.Kind, Is.EqualTo(CloseKind.LocalClosed));
        var end = peer.ReceiveAsync();
        sockets.Settle();
        Assert.That(end.Result.IsFin);
        sockets.Say(peer, "abc");
        Assert.That(socket.ReceiveAsync(3).AsTask().IsCompletedSuccessfully);
        Assert.That(() => socket.Shutdown(SocketShutdown.Both), Throws.Nothing, "again is no harm");
    }

    [Test]
    public void A_send_to_a_peer_that_reset_says_so()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        peer.Reset();
        sockets.Settle();
        var send = socket.SendAsync("x"u8.ToArray()).AsTask();
        Assert.That(((ConnectionClosedException)send.Exception!.InnerException!).Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(() => socket.Shutdown(SocketShutdown.Send), Throws.TypeOf<ConnectionClosedException>());
    }

    [Test]
    public void A_cancelled_send_sends_nothing()
    {
        var sockets = new VirtualSockets();
        var (socket, peer) = sockets.Pair();
        Assert.That(socket.SendAsync("x"u8.ToArray(), new CancellationToken(true)).AsTask().IsCanceled);
        socket.Close();
        var end = peer.ReceiveAsync();
        sockets.Settle();
        Assert.That(end.Result.IsFin);
    }
}
