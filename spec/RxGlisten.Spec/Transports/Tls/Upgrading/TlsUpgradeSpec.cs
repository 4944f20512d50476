using System.Net.Sockets;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls.Upgrading;

/// <summary>From plain to TLS in mid-connection, at exact ticks, on one thread, in virtual time.</summary>
public sealed class TlsUpgradeSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TlsOptions Localhost = TlsOptions.FromCertificate(TestAuthority.Localhost);
    private static readonly TlsClientOptions Trusting = new() { ServerName = "localhost", Authorities = [TestAuthority.Trusted.Root] };

    [Test]
    public void Both_sides_talk_in_the_clear_and_then_encrypted_on_one_connection()
    {
        var server = new VirtualServer();
        var (client, served) = server.Dial();
        var secured = AfterALine(served).Probe(connection => connection.Inbound.Probe(packet => connection.Outbound.OnNext(((Packet)packet).Data)));
        var dialled = (from line in client.Inbound.Bytes().Lines(100).Take(1) from connection in client.UpgradeToTls(Trusting) select connection).Probe();
        client.Outbound.OnNext("STARTTLS\r\n"u8.ToArray());
        server.Settle();
        var (above, echoed) = (dialled.Items.Single(), secured.Items.Single());
        Assert.That((dialled.IsEnded, secured.IsEnded), Is.EqualTo((true, true)), "one element each");
        Assert.That((above.Tls!.Protocol, above.Tls.Cipher), Is.EqualTo((echoed.Tls!.Protocol, echoed.Tls.Cipher)));
        Assert.That(echoed.Tls.ServerName, Is.EqualTo("localhost"));
        Assert.That((above.Id == client.Id, above.RemoteEndPoint, above.LocalEndPoint), Is.EqualTo((false, client.RemoteEndPoint, client.LocalEndPoint)));
        var inbound = above.Inbound.Probe();
        var noise = PeerReading.Noise(500_000, 1);
        above.Outbound.OnNext(noise);
        server.Settle();
        Assert.That(inbound.Bytes().AsSpan().SequenceEqual(noise));
    }

    [Test]
    public void What_is_sent_in_the_clear_behind_the_request_is_never_taken_for_something_encrypted()
    {
        var server = new VirtualServer();
        var (served, peer) = server.Pair();
        var delivered = new List<string>();
        var secured = AfterALine(served).Probe(connection => connection.Inbound.Probe(packet => delivered.Add(Encoding.Latin1.GetString(((Packet)packet).Data.Span))));
        var sent = peer.SendAsync("STARTTLS\r\nMAIL FROM:<mallory@example.org>\r\n"u8.ToArray());
        server.Settle();
        Assert.That(sent.IsCompletedSuccessfully);
        var reason = ((ConnectionClosedException)secured.Error!).Reason;
        Assert.That((secured.Items.Count, reason.Kind), Is.EqualTo((0, CloseKind.ProtocolError)), "it was given to the handshake, which it is no part of");
        Assert.That(delivered, Is.Empty);
        peer.FinishSending();
        server.Settle();
        Assert.That(End(served).Kind, Is.EqualTo(CloseKind.ProtocolError));
        CheckBooks(server);
    }

    [Test]
    public void A_handshake_that_begins_in_the_packet_of_the_request_is_made()
    {
        var server = new VirtualServer();
        var (served, raw) = server.Pair();
        var secured = AfterALine(served, "").Probe();
        var tap = new PrefixingPeer(raw, "STARTTLS\r\n"u8.ToArray());
        var peer = new TlsPeer(tap);
        server.Settle();
        Assert.That(peer.Handshake.IsCompletedSuccessfully);
        var inbound = secured.Items.Single().Inbound.Probe();
        _ = peer.SendAsync("EHLO"u8.ToArray());
        server.Settle();
        Assert.That(inbound.Text(), Is.EqualTo("EHLO"));
    }

    [Test]
    public void A_peer_that_says_nothing_more_is_gone_at_the_timeout()
    {
        var server = new VirtualServer();
        var (served, peer) = server.Pair();
        var secured = served.UpgradeToTls(Localhost with { HandshakeTimeout = 3 * Second }).Probe();
        server.Settle();
        server.Advance((3 * Second) - Tick);
        Assert.That((secured.IsEnded, served.Closed.IsCompleted), Is.EqualTo((false, false)));
        server.Advance(Tick);
        Assert.That(((ConnectionClosedException)secured.Error!).Reason.Error, Is.InstanceOf<TimeoutException>());
        Assert.That(End(served), Is.SameAs(((ConnectionClosedException)secured.Error!).Reason));
        Assert.That(End(served).Kind, Is.EqualTo(CloseKind.ProtocolError));
        var read = peer.ReceiveAsync();
        server.Settle();
        Assert.That(read.Result.Error, Is.EqualTo(SocketError.ConnectionReset));
        CheckBooks(server);
    }

    [Test]
    public void A_client_gives_up_at_its_connect_timeout()
    {
        var server = new VirtualServer();
        var (client, _) = server.Dial(options => options with { ConnectTimeout = 2 * Second });
        var dialled = client.UpgradeToTls(Trusting).Probe();
        server.Settle();
        server.Advance(2 * Second);
        Assert.That(((ConnectionClosedException)dialled.Error!).Reason.Kind, Is.EqualTo(CloseKind.ProtocolError));
        Assert.That(client.Closed.IsCompleted);
    }

    [Test]
    public void A_server_that_is_somebody_else_is_refused_and_both_ends_are_told()
    {
        var server = new VirtualServer();
        var (client, served) = server.Dial();
        var secured = served.UpgradeToTls(Localhost).Probe();
        var dialled = client.UpgradeToTls(Trusting with { ServerName = "bank.example" }).Probe();
        server.Settle();
        Assert.That(((ConnectionClosedException)dialled.Error!).Reason.Kind, Is.EqualTo(CloseKind.ProtocolError));
        var secure = secured.Items.SingleOrDefault(); // in TLS 1.3 a server may be through before its client looks at the certificate
        Assert.That(secure is null ? secured.Error : null, secure is null ? Is.InstanceOf<ConnectionClosedException>() : Is.Null);
        secure?.Inbound.Probe();
        server.Advance(10 * Second);
        Assert.That((End(client).Kind, served.Closed.IsCompleted), Is.EqualTo((CloseKind.ProtocolError, true)));
        CheckBooks(server);
    }

    [Test]
    public void The_name_to_verify_is_that_of_the_endpoint_unless_it_is_given()
    {
        var server = new VirtualServer();
        var (client, _) = server.Dial();
        Assert.That(() => client.UpgradeToTls(Trusting with { ServerName = null }), Throws.ArgumentException.With.Message.Contains("ServerName"));
    }

    [Test]
    public void A_graceful_close_of_either_is_one_of_both([Values] bool ofThePlain, [Values] bool byTheServer)
    {
        var server = new VirtualServer();
        var (first, second) = Secure(server, byTheServer);
        var end = second.Above.Inbound.Probe();
        first.Above.Outbound.OnNext("the last word"u8.ToArray());
        (ofThePlain ? first.Plain : first.Above).Dispose();
        server.Settle();
        Assert.That((end.Text(), end.IsEnded), Is.EqualTo(("the last word", true)), "and close_notify behind it");
        Assert.That(second.Above.Closed.IsCompleted, Is.False, "its side is open");
        second.Above.Dispose();
        server.Settle();
        Assert.That(Kinds(first, second), Is.EqualTo((CloseKind.LocalClosed, CloseKind.LocalClosed, CloseKind.PeerClosed, CloseKind.PeerClosed)));
        CheckBooks(server);
    }

    [Test]
    public void After_the_peer_s_close_notify_the_reply_still_arrives()
    {
        var server = new VirtualServer();
        var (first, second) = Secure(server, serverFirst: false);
        var answer = first.Above.Inbound.Probe();
        var question = second.Above.Inbound.Probe();
        first.Above.Outbound.OnNext("question"u8.ToArray());
        first.Above.Outbound.OnCompleted();
        server.Settle();
        Assert.That((question.Text(), question.IsEnded), Is.EqualTo(("question", true)));
        second.Above.Outbound.OnNext("answer"u8.ToArray());
        second.Above.Outbound.OnCompleted();
        server.Settle();
        Assert.That((answer.Text(), answer.IsEnded), Is.EqualTo(("answer", true)));
        Assert.That(Kinds(first, second), Is.EqualTo((CloseKind.LocalClosed, CloseKind.LocalClosed, CloseKind.PeerClosed, CloseKind.PeerClosed)));
        CheckBooks(server);
    }

    [Test]
    public void An_abort_of_either_is_one_of_both([Values] bool ofThePlain, [Values] bool byTheServer, [Values] bool whileReading)
    {
        var server = new VirtualServer();
        var (first, second) = Secure(server, byTheServer);
        if (whileReading)
            (_, _) = (first.Above.Inbound.Probe(), second.Above.Inbound.Probe());
        server.Settle();
        (ofThePlain ? first.Plain : first.Above).Abort();
        server.Settle();
        Assert.That(Kinds(first, second), Is.EqualTo((CloseKind.Aborted, CloseKind.Aborted, CloseKind.PeerReset, CloseKind.PeerReset)));
        CheckBooks(server);
    }

    [Test]
    public void A_stream_that_is_cut_is_told_apart_from_one_that_ended()
    {
        var server = new VirtualServer();
        var (served, raw) = server.Pair();
        var secured = served.UpgradeToTls(Localhost).Probe();
        var peer = new TlsPeer(raw);
        server.Settle();
        var inbound = secured.Items.Single().Inbound.Probe();
        _ = peer.SendAsync("Pay 100"u8.ToArray());
        peer.Cut();
        server.Settle();
        Assert.That((inbound.Text(), inbound.IsEnded), Is.EqualTo(("Pay 100", true)));
        var reason = End(secured.Items.Single());
        Assert.That((reason.Kind, reason.Detail), Is.EqualTo((CloseKind.PeerReset, End(served).Detail)));
        Assert.That(reason.Detail, Does.Contain("close_notify"));
        CheckBooks(server);
    }

    [Test]
    public void A_stream_that_was_cut_before_either_side_was_closed_did_not_end_orderly([Values] bool ofThePlain)
    {
        var server = new VirtualServer();
        var (served, raw) = server.Pair();
        var secured = served.UpgradeToTls(Localhost).Probe();
        var peer = new TlsPeer(raw);
        server.Settle();
        var secure = secured.Items.Single();
        peer.Cut();
        server.Settle();
        Assert.That((secure.Closed.IsCompleted, served.Closed.IsCompleted), Is.EqualTo((false, false)), "nobody has read yet what came before the FIN");
        (ofThePlain ? served : secure).Dispose();
        server.Settle();
        Assert.That(End(secure).Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(End(served), Is.SameAs(End(secure)));
        CheckBooks(server);
    }

    [Test]
    public void A_peer_that_hangs_up_while_the_last_words_are_on_their_way_gets_them_all_and_did_not_end_orderly()
    {
        var server = new VirtualServer(windowBytes: 4_000);
        var (served, raw) = server.Pair();
        var secured = served.UpgradeToTls(Localhost).Probe();
        var peer = new TlsPeer(raw);
        server.Settle();
        var secure = secured.Items.Single();
        secure.Outbound.OnNext(PeerReading.Noise(300_000, 9));
        secure.Dispose();
        server.Settle();
        peer.Cut();
        server.Settle();
        var read = peer.ReadToEndAsync();
        server.Settle();
        Assert.That(read.Result.Bytes.AsSpan().SequenceEqual(PeerReading.Noise(300_000, 9)));
        Assert.That(End(secure).Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(End(served), Is.SameAs(End(secure)));
        CheckBooks(server);
    }

    [Test]
    public void A_peer_that_answers_the_goodbye_by_hanging_up_ended_nothing_before_its_time([Values] bool ofThePlain)
    {
        var server = new VirtualServer();
        var (served, raw) = server.Pair();
        var secured = served.UpgradeToTls(Localhost).Probe();
        var peer = new TlsPeer(raw);
        server.Settle();
        (ofThePlain ? served : secured.Items.Single()).Dispose();
        server.Settle();
        peer.Cut();
        server.Settle();
        Assert.That(End(secured.Items.Single()).Kind, Is.EqualTo(CloseKind.LocalClosed));
        Assert.That(End(served), Is.SameAs(End(secured.Items.Single())));
        CheckBooks(server);
    }

    [Test]
    public void A_peer_that_leaves_in_the_middle_is_told_of([Values] bool reset, [Values] bool withAWord)
    {
        var server = new VirtualServer();
        var (served, peer) = server.Pair();
        var secured = served.UpgradeToTls(Localhost).Probe();
        if (withAWord)
            _ = peer.SendAsync(new byte[] { 22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3 });
        server.Settle();
        if (reset)
            peer.Reset();
        else
            peer.Close();
        server.Settle();
        var reason = ((ConnectionClosedException)secured.Error!).Reason;
        Assert.That(reason.Kind, Is.EqualTo(withAWord || reset ? CloseKind.PeerReset : CloseKind.PeerClosed));
        Assert.That(End(served), Is.SameAs(reason), "both have one reason");
        CheckBooks(server);
    }

    [Test]
    public void Unsubscribing_during_the_handshake_closes_the_connection_and_later_does_nothing()
    {
        var server = new VirtualServer();
        var (first, second) = Secure(server, serverFirst: true);
        first.Upgrading.Dispose();
        server.Settle();
        Assert.That((first.Above.Closed.IsCompleted, second.Above.Closed.IsCompleted), Is.EqualTo((false, false)));
        var (served, _) = server.Pair();
        var secured = served.UpgradeToTls(Localhost).Probe();
        server.Settle();
        secured.Dispose();
        server.Settle();
        Assert.That((End(served).Kind, secured.IsEnded), Is.EqualTo((CloseKind.Aborted, false)));
    }

    [Test]
    public void What_times_the_plain_connection_ends_the_encrypted_one_gracefully_and_with_its_reason()
    {
        var server = new VirtualServer(options => options with { IdleTimeout = 5 * Second, MaximumAge = 20 * Second });
        var (first, second) = Secure(server, serverFirst: true);
        first.Above.Inbound.Probe();
        var end = second.Above.Inbound.Probe();
        for (var i = 0; i < 4; i++)
        {
            server.Advance(4 * Second);
            second.Above.Outbound.OnNext("still here"u8.ToArray());
            server.Settle();
        }

        Assert.That(end.IsEnded, Is.False);
        server.Advance(5 * Second);
        Assert.That(end.IsEnded, "close_notify came");
        second.Above.Dispose();
        server.Settle();
        Assert.That(Kinds(first, second), Is.EqualTo((CloseKind.MaximumAge, CloseKind.MaximumAge, CloseKind.PeerClosed, CloseKind.PeerClosed)));
    }

    [Test]
    public void A_peer_that_reads_nothing_is_cut_at_the_send_timeout_and_holds_the_sender_back_until_then()
    {
        var server = new VirtualServer(windowBytes: 4_000);
        var (first, second) = Secure(server, serverFirst: true);
        second.Above.Inbound.Probe(packet => ((Packet)packet).Hold());
        var sending = first.Above.Outbound.SendAsync(new byte[1_000_000]).AsTask();
        server.Settle();
        var next = first.Above.Outbound.SendAsync(new byte[1]).AsTask();
        server.Settle();
        Assert.That((sending.IsCompleted, next.IsCompleted), Is.EqualTo((true, false)), "what was taken fills the queue");
        server.Advance(31 * Second);
        Assert.That((End(first.Above).Kind, End(first.Plain).Kind), Is.EqualTo((CloseKind.SendTimeout, CloseKind.SendTimeout)));
        Assert.That(second.Plain.Closed.IsCompleted);
    }

    [Test]
    public void Two_sides_that_write_before_they_read_and_close_lose_no_tail()
    {
        var server = new VirtualServer(windowBytes: 4_000);
        var (first, second) = Secure(server, serverFirst: true);
        var noise = PeerReading.Noise(300_000, 7);
        first.Above.Outbound.OnNext(noise);
        second.Above.Outbound.OnNext(noise);
        first.Above.Dispose();
        server.Settle();
        var read = second.Above.Inbound.Probe();
        server.Advance(20 * Second);
        Assert.That(read.Bytes().AsSpan().SequenceEqual(noise));
        second.Above.Dispose();
        server.Advance(20 * Second);
        Assert.That(End(first.Plain).Kind, Is.EqualTo(CloseKind.LocalClosed));
        CheckBooks(server);
    }

    [Test]
    public void A_connection_that_somebody_reads_or_that_was_upgraded_before_is_not_upgraded()
    {
        var server = new VirtualServer();
        var (read, _) = server.Pair();
        read.Inbound.Probe();
        var refused = read.UpgradeToTls(Localhost).Probe();
        server.Settle();
        Assert.That(refused.Error!.Message, Does.Contain("Inbound"));
        var (first, _) = Secure(server, serverFirst: true);
        var again = first.Plain.UpgradeToTls(Localhost).Probe();
        server.Settle();
        Assert.That(again.Error, Is.InstanceOf<InvalidOperationException>());
        Assert.That(first.Above.Closed.IsCompleted, Is.False, "what came of the first is as it was");
        Assert.That(() => first.Above.UpgradeToTls(Localhost), Throws.ArgumentException.With.Message.Contains("encrypted already"));
        Assert.That(() => first.Plain.UpgradeToTls(Localhost with { HandshakeTimeout = TimeSpan.Zero }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static void CheckBooks(VirtualServer server)
    {
        var ledger = server.Listener.Ledger;
        Assert.That((ledger.Accepted - ledger.Closed, ledger.Connections.Count), Is.EqualTo((0L, 0)), "all slots were given back");
    }

    /// <summary>Reads a line, answers it, and upgrades.</summary>
    private static IObservable<IConnection> AfterALine(IConnection connection, string answer = "go ahead\r\n") =>
        from line in connection.Inbound.Bytes().Lines(100).Take(1).Do(_ => connection.Outbound.OnNext(Encoding.Latin1.GetBytes(answer)))
        from secure in connection.UpgradeToTls(Localhost)
        select secure;

    /// <summary>Both sides of an upgraded connection.</summary>
    private static (Side First, Side Second) Secure(VirtualServer server, bool serverFirst)
    {
        var (client, served) = server.Dial();
        var secured = served.UpgradeToTls(Localhost).Probe();
        var dialled = client.UpgradeToTls(Trusting).Probe();
        server.Settle();
        var (a, b) = (new Side(served, secured.Items.Single(), secured), new Side(client, dialled.Items.Single(), dialled));
        return serverFirst ? (a, b) : (b, a);
    }

    private static (CloseKind, CloseKind, CloseKind, CloseKind) Kinds(Side first, Side second) =>
        (End(first.Plain).Kind, End(first.Above).Kind, End(second.Plain).Kind, End(second.Above).Kind);

    private static CloseReason End(IConnection connection, [CallerArgumentExpression(nameof(connection))] string name = "")
    {
        Assert.That(connection.Closed.IsCompleted, $"{name} is closed");
        return connection.Closed.Result;
    }

    private sealed record Side(IConnection Plain, IConnection Above, IDisposable Upgrading);
}
