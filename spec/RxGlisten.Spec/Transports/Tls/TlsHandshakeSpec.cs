using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Handshakes that are slow, wrong or too many, at their exact ticks, on one thread, in virtual time.</summary>
public sealed class TlsHandshakeSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    // The first bytes of a record that would be a ClientHello of 200 bytes.
    private static readonly byte[] HalfAHello = [22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3];

    [Test]
    public void A_handshake_and_an_echo_run_in_one_tick_on_the_spec_s_thread()
    {
        var thread = Environment.CurrentManagedThreadId;
        var others = 0;
        using var tls = new VirtualTls();
        var (connection, peer) = tls.Pair();
        connection.Inbound.Probe(message =>
        {
            if (Environment.CurrentManagedThreadId != thread)
                others++;
            connection.Outbound.OnNext(((Packet)message).Data);
        });
        for (var i = 1; i <= 100; i++)
        {
            var bytes = PeerReading.Noise(i * 700, i);
            var sent = peer.SendAsync(bytes);
            var echo = ReceiveAsync(peer, bytes.Length);
            tls.Server.Settle();
            Assert.That((sent.IsCompletedSuccessfully, echo.IsCompletedSuccessfully), Is.EqualTo((true, true)), $"{bytes.Length} bytes");
            Assert.That(echo.Result.AsSpan().SequenceEqual(bytes));
        }

        Assert.That(others, Is.Zero);
        tls.CheckBooks();
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(11)]
    public void A_client_that_says_too_little_is_gone_at_the_timeout(int bytes)
    {
        using var tls = new VirtualTls(options: options => options with { MaxConnections = 1 });
        var peer = tls.Server.Connect();
        _ = peer.SendAsync(HalfAHello.AsMemory(0, bytes));
        tls.Server.Advance((10 * Second) - Tick);
        Assert.That((tls.Ledger.Accepted, tls.Ledger.Closed, tls.Ledger.Handshaking), Is.EqualTo((1L, 0L, 1)));
        Assert.That(tls.Server.Listener.Slots.Free, Is.Zero, "it holds its slot");
        Assert.That(tls.Server.Listener.Connections, Is.Empty, "and is nobody's yet");
        tls.CheckBooks();
        tls.Server.Advance(Tick);
        Assert.That((tls.Ledger.Closed, tls.Ledger.Handshaking), Is.EqualTo((1L, 0)));
        Assert.That((tls.Closed(CloseKind.ProtocolError), tls.Failed(CloseKind.ProtocolError)), Is.EqualTo((1L, 1L)));
        Assert.That(tls.Accepted, Is.Empty);
        tls.CheckBooks();
        tls.Connect();
        Assert.That(tls.Accepted, Has.Count.EqualTo(1), "the slot is another's");
    }

    [Test]
    public void Garbage_is_refused_at_once([Values("GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0000\u0004abcd", "\u0017\u0003\u0003\u0000\u0001x")] string garbage)
    {
        using var tls = new VirtualTls();
        var peer = tls.Server.Connect();
        _ = peer.SendAsync(System.Text.Encoding.Latin1.GetBytes(garbage));
        var end = peer.ReadToEndAsync();
        tls.Server.Settle();
        Assert.That((tls.Ledger.Accepted, tls.Closed(CloseKind.ProtocolError), tls.Failed(CloseKind.ProtocolError)), Is.EqualTo((1L, 1L, 1L)));
        Assert.That(end.IsCompleted);
        tls.CheckBooks();
    }

    [Test]
    public void A_client_that_leaves_without_a_word_is_no_error_of_tls()
    {
        using var tls = new VirtualTls();
        var peer = tls.Server.Connect();
        peer.Close();
        tls.Server.Settle();
        Assert.That((tls.Ledger.Accepted, tls.Closed(CloseKind.PeerClosed)), Is.EqualTo((1L, 1L)));
        tls.CheckBooks();
    }

    [Test]
    public void A_client_that_leaves_or_resets_in_the_middle_is_gone([Values] bool reset)
    {
        using var tls = new VirtualTls();
        var peer = tls.Server.Connect();
        _ = peer.SendAsync(HalfAHello);
        tls.Server.Settle();
        if (reset)
            peer.Reset();
        else
            peer.Close();
        tls.Server.Settle();
        Assert.That((tls.Ledger.Accepted, tls.Closed(CloseKind.PeerReset)), Is.EqualTo((1L, 1L)));
        tls.CheckBooks();
    }

    [Test]
    public void A_silent_client_keeps_no_acceptor()
    {
        using var tls = new VirtualTls(options: options => options with { Acceptors = 1 });
        for (var i = 0; i < 50; i++)
            tls.Server.Connect();
        tls.Connect();
        Assert.That((tls.Accepted.Count, tls.Ledger.Handshaking), Is.EqualTo((1, 50)));
        tls.CheckBooks();
        tls.Server.Advance(10 * Second);
        Assert.That((tls.Ledger.Handshaking, tls.Ledger.Closed), Is.EqualTo((0, 50L)));
        Assert.That(tls.Server.Listener.Slots.Free, Is.LessThanOrEqualTo(99), "all but the served one's, and what the acceptor holds");
        tls.CheckBooks();
    }

    [Test]
    public void At_the_limit_an_old_handshake_makes_room_at_once_and_a_young_one_when_it_is_a_second_old()
    {
        using var tls = new VirtualTls(tls => tls with { HandshakeLimit = 2 });
        tls.Server.Connect();
        tls.Server.Connect();
        tls.Server.Advance(Second / 2);
        var waiting = tls.Connect();
        Assert.That((tls.Accepted.Count, tls.Ledger.Handshaking), Is.EqualTo((0, 3)), "the third waits, in the books like the others");
        tls.CheckBooks();
        tls.Server.Advance((Second / 2) + Tick);
        Assert.That((tls.Accepted.Count, tls.Ledger.Handshaking, tls.Failed(CloseKind.ProtocolError)), Is.EqualTo((1, 1, 1L)));
        Assert.That(waiting.Handshake.IsCompletedSuccessfully);

        tls.Server.Connect();
        tls.Server.Advance(2 * Second);
        tls.Connect();
        Assert.That((tls.Accepted.Count, tls.Ledger.Handshaking, tls.Failed(CloseKind.ProtocolError)), Is.EqualTo((2, 1, 2L)), "an old one gave way");
        tls.CheckBooks();
    }

    [Test]
    public void A_storm_of_honest_clients_is_served_in_turn()
    {
        using var tls = new VirtualTls(tls => tls with { HandshakeLimit = 1 });
        TlsPeer[] peers = [.. Enumerable.Range(0, 20).Select(_ => new TlsPeer(tls.Server.Connect()))];
        tls.Server.Settle();
        Assert.That(peers.Count(peer => peer.Handshake.IsCompletedSuccessfully), Is.EqualTo(20));
        Assert.That(tls.Accepted, Has.Count.EqualTo(20));
        tls.CheckBooks();
    }

    [Test]
    public void A_stop_ends_handshakes_at_once_and_waits_for_none_of_them()
    {
        using var tls = new VirtualTls(tls => tls with { HandshakeLimit = 2 });
        for (var i = 0; i < 4; i++)
            tls.Server.Connect();
        Assert.That(tls.Ledger.Handshaking, Is.EqualTo(4), "two are under way, two wait");
        var stopped = tls.Server.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        tls.Server.Settle();
        Assert.That(stopped.IsCompletedSuccessfully);
        Assert.That(stopped.Result, Is.EqualTo(new DrainResult(0, 0)), "nobody was given them");
        Assert.That((tls.Closed(CloseKind.ServerStopping), tls.Failed(CloseKind.ServerStopping)), Is.EqualTo((4L, 0L)));
        Assert.That(tls.Server.Listener.Slots.Free, Is.EqualTo(100));
        tls.CheckBooks();
        Assert.That(tls.Timers.Pending, Is.Zero, "no timer is left");
    }

    [Test]
    public void A_handshake_s_timer_is_gone_with_it()
    {
        using var tls = new VirtualTls(options: options => options with { UnclaimedTimeout = Timeout.InfiniteTimeSpan });
        tls.Pair();
        Assert.That(tls.Timers.Pending, Is.Zero);
    }

    [Test]
    public void A_handshake_that_is_cut_while_its_peer_goes_on_ends_once()
    {
        using var tls = new VirtualTls();
        var silent = tls.Server.Connect();
        tls.Server.Advance(10 * Second);
        var late = new TlsPeer(silent);
        tls.Server.Settle();
        Assert.That(late.Handshake.IsFaulted);
        Assert.That((tls.Ledger.Accepted, tls.Ledger.Closed, tls.Failed(CloseKind.ProtocolError)), Is.EqualTo((1L, 1L, 1L)));
        tls.CheckBooks();
    }

    private static async Task<byte[]> ReceiveAsync(TlsPeer peer, int count)
    {
        var all = new List<byte>();
        while (all.Count < count)
            all.AddRange((await peer.ReceiveAsync()).Bytes);
        return [.. all];
    }
}
