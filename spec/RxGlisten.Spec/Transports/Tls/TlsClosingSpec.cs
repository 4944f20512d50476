using System.Net.Sockets;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.EventLoop.Doubles;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>How encrypted connections end: close_notify before the FIN, half-close both ways, and streams that are cut, in virtual time.</summary>
public sealed class TlsClosingSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void A_dispose_says_close_notify_and_ends_orderly()
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        connection.Outbound.OnNext("the last word"u8.ToArray());
        connection.Dispose();
        var read = peer.ReadToEndAsync();
        tls.Server.Settle();
        Assert.That(read.Result.Bytes, Is.EqualTo("the last word"u8.ToArray()));
        Assert.That(read.Result.Error, Is.EqualTo(SocketError.Success), "close_notify came before the FIN");
        Assert.That(connection.Closed.IsCompleted, Is.False, "the peer's side is open");
        peer.FinishSending();
        tls.Server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
        tls.CheckBooks();
    }

    [Test]
    public void A_peer_that_answers_the_goodbye_by_hanging_up_ended_nothing_before_its_time()
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        connection.Dispose();
        tls.Server.Settle();
        peer.Cut();
        tls.Server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    [Test]
    public void After_the_peer_s_close_notify_the_reply_still_arrives()
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        var inbound = connection.Inbound.Probe();
        _ = peer.SendAsync("question"u8.ToArray());
        peer.FinishSending();
        tls.Server.Settle();
        Assert.That((inbound.Text(), inbound.IsEnded), Is.EqualTo(("question", true)));
        connection.Outbound.OnNext("answer"u8.ToArray());
        connection.Outbound.OnCompleted();
        var read = peer.ReadToEndAsync();
        tls.Server.Settle();
        Assert.That(read.Result.Bytes, Is.EqualTo("answer"u8.ToArray()));
        Assert.That(read.Result.Error, Is.EqualTo(SocketError.Success));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public void After_the_own_close_notify_receiving_goes_on()
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        var inbound = connection.Inbound.Probe();
        connection.Outbound.OnCompleted();
        var read = peer.ReadToEndAsync();
        tls.Server.Settle();
        Assert.That(read.Result.Error, Is.EqualTo(SocketError.Success));
        var sent = peer.SendAsync(PeerReading.Noise(100_000, 3));
        tls.Server.Settle();
        Assert.That(sent.IsCompletedSuccessfully);
        Assert.That(inbound.Bytes().AsSpan().SequenceEqual(PeerReading.Noise(100_000, 3)));
        peer.FinishSending();
        tls.Server.Settle();
        Assert.That(inbound.IsEnded);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    [Test]
    public void A_stream_that_is_cut_is_told_apart_from_one_that_ended()
    {
        using var tls = new VirtualTls(options: options => options with { AbnormalClosure = AbnormalClosure.Error });
        var (connection, peer) = tls.Pair();
        var inbound = connection.Inbound.Probe();
        _ = peer.SendAsync("Pay 100"u8.ToArray());
        peer.Cut();
        tls.Server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("Pay 100"), "what came is delivered");
        Assert.That(inbound.Error, Is.InstanceOf<ConnectionClosedException>());
        var reason = connection.Closed.Result;
        Assert.That(reason.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(reason.Detail, Does.Contain("close_notify"));
        Assert.That(reason.Error, Is.Not.Null);
        tls.CheckBooks();
    }

    [Test]
    public void A_stream_that_was_cut_before_this_side_closed_did_not_end_orderly([Values] bool afterAWord)
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        if (afterAWord)
            _ = peer.SendAsync("Pay 100"u8.ToArray());
        peer.Cut();
        tls.Server.Settle();
        Assert.That(connection.Closed.IsCompleted, Is.False, "nobody has read yet what came before the FIN");
        connection.Dispose();
        tls.Server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(connection.Closed.Result.Detail, Does.Contain("close_notify"));
        tls.CheckBooks();
    }

    [Test]
    public void A_stream_that_ended_before_this_side_closed_ended_orderly_though_nobody_had_read_it()
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        _ = peer.SendAsync("Pay 100"u8.ToArray());
        peer.FinishSending();
        tls.Server.Settle();
        connection.Dispose();
        tls.Server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerClosed));
    }

    [Test]
    public void A_peer_that_hangs_up_while_the_last_words_are_on_their_way_gets_them_all_and_did_not_end_orderly()
    {
        using var tls = new VirtualTls(windowBytes: 4_000);
        var (connection, peer) = tls.Pair();
        connection.Outbound.OnNext(PeerReading.Noise(300_000, 9));
        connection.Dispose();
        tls.Server.Settle();
        peer.Cut();
        tls.Server.Settle();
        var read = peer.ReadToEndAsync();
        tls.Server.Settle();
        Assert.That(read.Result.Bytes.AsSpan().SequenceEqual(PeerReading.Noise(300_000, 9)));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerReset));
        tls.CheckBooks();
    }

    [Test, Platform("Linux")]
    public async Task On_tcp_too_a_stream_that_was_cut_before_this_side_closed_did_not_end_orderly()
    {
        await using var listener = RxServer.Bind(new OwnLoops(1).EndPoint(), TlsServingSpec.Options());
        var accepted = listener.Probe();
        using var peer = new TlsPeer(await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon());
        await accepted.CountAsync(1);
        await peer.Handshake.Soon();
        peer.Cut();
        using var next = new TlsPeer(await SocketPeer.ConnectAsync(listener.LocalEndPoint).Soon());
        var connections = await accepted.CountAsync(2); // the one loop saw the FIN before
        connections[0].Dispose();
        Assert.That((await connections[0].Closed.Soon()).Kind, Is.EqualTo(CloseKind.PeerReset));
        connections[1].Abort();
    }

    [Test]
    public void A_stream_that_is_cut_inside_a_record_is_cut()
    {
        using var tls = new VirtualTls();
        var raw = tls.Server.Connect();
        var tap = new CuttingPeer(raw);
        var peer = new TlsPeer(tap);
        tls.Server.Settle();
        var connection = tls.Accepted[0];
        var inbound = connection.Inbound.Probe();
        tap.MostBytes = 7;
        _ = peer.SendAsync("never whole"u8.ToArray());
        raw.FinishSending();
        tls.Server.Settle();
        Assert.That(inbound.Items, Is.Empty);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(connection.Closed.Result.Detail, Does.Contain("close_notify"));
    }

    [Test]
    public void A_record_that_was_tampered_with_ends_the_connection_as_a_protocol_error()
    {
        using var tls = new VirtualTls();
        var tap = new CuttingPeer(tls.Server.Connect());
        var peer = new TlsPeer(tap);
        tls.Server.Settle();
        var connection = tls.Accepted[0];
        var inbound = connection.Inbound.Probe();
        _ = peer.SendAsync("good"u8.ToArray());
        tap.Tampers = true;
        _ = peer.SendAsync("evil"u8.ToArray());
        tls.Server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("good"));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.ProtocolError));
        Assert.That(connection.Closed.Result.Error, Is.Not.Null);
        tls.CheckBooks();
    }

    [Test]
    public void A_reset_passes_through([Values] bool whilePaused)
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        if (!whilePaused)
            connection.Inbound.Probe();
        peer.Reset();
        tls.Server.Settle();
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerReset));
    }

    [Test]
    public void An_abort_resets_underneath()
    {
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        connection.Abort();
        var read = peer.ReceiveAsync();
        tls.Server.Settle();
        Assert.That(read.Result.Error, Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.Aborted));
    }

    [Test]
    public void No_tail_is_lost_however_slowly_the_peer_reads()
    {
        using var tls = new VirtualTls(windowBytes: 4_000);
        var (connection, peer) = tls.Pair();
        var sent = PeerReading.Noise(200_000, 4);
        connection.Outbound.OnNext(sent);
        connection.Dispose();
        tls.Server.Advance(20 * Second);
        Assert.That(connection.Closed.IsCompleted, Is.False, "the linger time counts from a FIN that has left");
        var received = new List<byte>();
        while (received.Count < sent.Length)
        {
            var read = peer.ReceiveAsync(4_000);
            tls.Server.Advance(Second);
            received.AddRange(read.Result.Bytes);
        }

        Assert.That(received, Is.EqualTo(sent));
        var end = peer.ReceiveAsync();
        tls.Server.Settle();
        Assert.That(end.Result.IsFin, "close_notify, and then the FIN");
        tls.Server.Advance(6 * Second);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    [Test]
    public void A_peer_that_reads_nothing_of_the_last_bytes_is_cut_at_the_send_timeout()
    {
        using var tls = new VirtualTls(windowBytes: 4_000);
        var (connection, _) = tls.Pair();
        connection.Outbound.OnNext(new byte[20_000]); // all of it is encrypted, and most of it has nowhere to go
        connection.Dispose();
        tls.Server.Advance(31 * Second);
        Assert.That(connection.Closed.Result.Kind, Is.EqualTo(CloseKind.SendTimeout));
        tls.CheckBooks();
    }

    [Test]
    public void A_slow_peer_s_progress_keeps_the_send_timeout_away()
    {
        using var tls = new VirtualTls(windowBytes: 4_000);
        var (connection, peer) = tls.Pair();
        connection.Outbound.OnNext(new byte[300_000]);
        for (var i = 0; i < 40; i++)
        {
            // Less than a record at a time: it shows below, in the bytes that leave.
            var read = peer.Raw.ReceiveAsync(2_000);
            tls.Server.Advance(20 * Second);
            Assert.That(read.IsCompleted, $"piece {i}");
        }

        Assert.That(connection.Closed.IsCompleted, Is.False);
    }
}
