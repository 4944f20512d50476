using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Reactive.Testing;
using NUnit.Framework;
using RxGlisten.Sockets;
using RxGlisten.Spec.Accepting.Doubles;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Sockets.Doubles;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Sockets;

/// <summary>Accepts by hand that wait for handshakes, at their exact ticks, in virtual time.</summary>
public sealed class SecureAcceptSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void A_silent_client_keeps_nobody_out_and_is_gone_at_the_timeout()
    {
        var sockets = Secure();
        var accept = sockets.Listener.AcceptAsync().AsTask();
        var silent = sockets.Connect();
        sockets.Settle();
        Assert.That(accept.IsCompleted, Is.False, "there is no handshake yet");
        var honest = Connect(sockets);
        Assert.That(accept.IsCompletedSuccessfully && honest.Handshake.IsCompletedSuccessfully);
        var end = silent.ReceiveAsync();
        sockets.Advance(10 * Second);
        Assert.That(end.Result.Bytes, Is.Empty);
        accept.Result.Dispose();
    }

    [Test]
    public void A_handshake_that_is_over_when_nobody_waits_is_there_for_the_next_accept()
    {
        var sockets = Secure();
        var early = sockets.Listener.AcceptAsync(Second).AsTask();
        var peer = sockets.Connect();
        sockets.Advance(2 * Second);
        Assert.That(early.Exception!.InnerException, Is.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.TimedOut));
        var late = new TlsPeer(peer);
        sockets.Settle();
        Assert.That(late.Handshake.IsCompletedSuccessfully, "its handshake goes on by itself");
        using var socket = sockets.Listener.AcceptAsync(TimeSpan.Zero).AsTask().Result;
        var read = socket.ReceiveAsync().AsTask();
        _ = late.SendAsync("hello"u8.ToArray());
        sockets.Settle();
        Assert.That(read.Result.ToArray(), Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    public void Nobody_is_taken_while_nobody_waits()
    {
        var sockets = Secure();
        var peer = Connect(sockets);
        Assert.That(peer.Handshake.IsCompleted, Is.False, "the backlog has it");
        var accept = sockets.Listener.AcceptAsync().AsTask();
        sockets.Settle();
        Assert.That(accept.IsCompletedSuccessfully);
    }

    [Test]
    public void Several_accepts_get_one_each_in_their_order()
    {
        var sockets = Secure();
        var accepts = Enumerable.Range(0, 3).Select(_ => sockets.Listener.AcceptAsync().AsTask()).ToArray();
        Connect(sockets);
        Assert.That(accepts.Select(accept => accept.IsCompleted), Is.EqualTo(new[] { true, false, false }));
        Connect(sockets);
        Connect(sockets);
        Assert.That(accepts.Select(accept => accept.IsCompletedSuccessfully), Is.All.True);
    }

    [Test]
    public void At_the_limit_an_old_handshake_makes_room_at_once_and_a_young_one_when_it_is_a_second_old()
    {
        using var log = new LogRecorder(LogLevel.Debug);
        var sockets = Secure(tls => tls with { HandshakeLimit = 2 }, log: log);
        var accepts = new[] { sockets.Listener.AcceptAsync().AsTask(), sockets.Listener.AcceptAsync().AsTask() };
        var ends = new[] { sockets.Connect().ReceiveAsync(), sockets.Connect().ReceiveAsync() };
        sockets.Advance(Second / 2);
        var honest = Connect(sockets);
        Assert.That((honest.Handshake.IsCompleted, accepts[0].IsCompleted), Is.EqualTo((false, false)));
        sockets.Advance((Second / 2) + TimeSpan.FromTicks(1));
        Assert.That((honest.Handshake.IsCompletedSuccessfully, accepts[0].IsCompletedSuccessfully), Is.EqualTo((true, true)));
        Assert.That((ends[0].IsCompleted, ends[1].IsCompleted), Is.EqualTo((true, false)), "one has made room");
        Assert.That(log.Entries.Single(), Does.Contain("ProtocolError").And.Contain("gave way"));
        sockets.Connect();
        Connect(sockets);
        Assert.That((accepts[1].IsCompletedSuccessfully, ends[1].IsCompleted), Is.EqualTo((true, true)), "an old one did so at once");
    }

    [Test]
    public void Silent_clients_as_many_as_there_are_places_keep_nobody_out_for_long()
    {
        var sockets = Secure(tls => tls with { HandshakeLimit = 4 });
        for (var round = 0; round < 5; round++)
        {
            var accept = sockets.Listener.AcceptAsync().AsTask();
            for (var i = 0; i < 4; i++)
                sockets.Connect();
            Connect(sockets);
            sockets.Advance(2 * Second);
            Assert.That(accept.IsCompletedSuccessfully, $"round {round}");
        }
    }

    [Test]
    public void A_handshake_that_took_too_long_is_told_of_as_such()
    {
        using var log = new LogRecorder(LogLevel.Debug);
        var sockets = Secure(log: log);
        _ = sockets.Listener.AcceptAsync().AsTask();
        sockets.Connect();
        sockets.Settle();
        sockets.Advance(10 * Second);
        Assert.That(log.Entries.Single(), Does.Contain("ProtocolError").And.Contain("not over after 00:00:10"));
    }

    [Test]
    public void A_transport_that_throws_is_the_answer_to_one_accept_and_the_next_does_well()
    {
        var time = new TestScheduler();
        var network = new MemoryNetwork(time);
        var options = TlsOptions.FromCertificate(TestAuthority.Localhost);
        var scripted = new ScriptedListener(network.EndPoint("scripted"), network.Executor);
        using var listener = new TlsListener(scripted, new TlsServer(options, null, NullLogger.Instance), options, new Clock(time));
        for (var i = 0; i < 2; i++)
            scripted.Throw(new InvalidOperationException("planned"));
        var accepts = Enumerable.Range(0, 3).Select(_ => listener.AcceptAsync(CancellationToken.None).AsTask()).ToArray();
        time.AdvanceBy(1);
        Assert.That(accepts.Select(accept => accept.Exception?.InnerException?.Message), Is.EqualTo(new[] { "planned", "planned", null }));
        Assert.That(scripted.Waiting, Is.EqualTo(1));
        scripted.Fail(SocketError.ConnectionReset);
        time.AdvanceBy(1);
        Assert.That(accepts[2].Result.Error, Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public void Closing_ends_accepts_and_resets_whom_none_was_given()
    {
        var sockets = Secure();
        using var cancellation = new CancellationTokenSource();
        var first = sockets.Listener.AcceptAsync(cancellation: cancellation.Token).AsTask();
        var silent = sockets.Connect();
        var honest = new TlsPeer(sockets.Connect());
        cancellation.Cancel();
        sockets.Settle();
        Assert.That(first.IsCanceled);
        var waiting = sockets.Listener.AcceptAsync().AsTask();
        sockets.Settle();
        var second = sockets.Listener.AcceptAsync().AsTask();
        sockets.Settle();
        var ends = new[] { silent.ReceiveAsync(), honest.ReceiveAsync() };
        sockets.Listener.Close();
        sockets.Settle();
        Assert.That(second.Exception!.InnerException, Is.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.OperationAborted));
        Assert.That(ends[0].Result.Error, Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(waiting.IsCompletedSuccessfully, "it was given the honest one");
        Assert.That(ends[1].IsCompleted, Is.False, "which lives on");
        Assert.That(sockets.Listener.AcceptAsync().AsTask().IsFaulted);
    }

    [Test]
    public void A_send_is_over_when_its_ciphertext_has_left_so_that_a_close_loses_none()
    {
        var sockets = Secure(windowBytes: 4_000);
        var (socket, peer) = Pair(sockets);
        var sent = PeerReading.Noise(20_000, 1);
        var send = socket.SendAsync(sent).AsTask();
        sockets.Settle();
        Assert.That(send.IsCompleted, Is.False, "all is encrypted, and most of it has nowhere to go");
        var received = new List<byte>();
        while (received.Count < sent.Length)
        {
            var read = peer.ReceiveAsync(4_000);
            sockets.Settle();
            Assert.That(read.IsCompleted && read.Result.Bytes.Length > 0);
            received.AddRange(read.Result.Bytes);
            if (send.IsCompleted)
                socket.Close();
        }

        var end = peer.ReceiveAsync();
        sockets.Settle();
        Assert.That(send.IsCompletedSuccessfully);
        Assert.That(received, Is.EqualTo(sent));
        Assert.That(end.Result.Bytes, Is.Empty);
    }

    [Test]
    public void A_send_without_progress_resets_the_connection()
    {
        var sockets = Secure(windowBytes: 4_000);
        var (socket, _) = Pair(sockets);
        var send = socket.SendAsync(new byte[20_000]).AsTask();
        sockets.Advance(31 * Second);
        var error = send.Exception!.InnerException as ConnectionClosedException;
        Assert.That(error?.Reason.Kind, Is.EqualTo(CloseKind.SendTimeout));
    }

    [Test]
    public void Sending_may_be_shut_down_while_ciphertext_waits_and_the_end_follows_it()
    {
        var sockets = Secure(windowBytes: 4_000);
        var (socket, peer) = Pair(sockets);
        var send = socket.SendAsync(PeerReading.Noise(20_000, 2)).AsTask();
        sockets.Settle();
        socket.Shutdown(SocketShutdown.Send);
        var read = peer.ReadToEndAsync();
        sockets.Settle();
        Assert.That(read.Result.Bytes, Is.EqualTo(PeerReading.Noise(20_000, 2)));
        Assert.That(read.Result.Error, Is.EqualTo(SocketError.Success), "close_notify came before the FIN");
        Assert.That(send.IsCompletedSuccessfully);
    }

    private static VirtualSockets Secure(Func<TlsOptions, TlsOptions>? configure = null, int windowBytes = 64 * 1024, ILoggerFactory? log = null)
    {
        var tls = TlsOptions.FromCertificate(TestAuthority.Localhost);
        return new VirtualSockets(options => options with { Tls = configure?.Invoke(tls) ?? tls, LoggerFactory = log ?? options.LoggerFactory }, windowBytes);
    }

    private static TlsPeer Connect(VirtualSockets sockets)
    {
        var peer = new TlsPeer(sockets.Connect());
        sockets.Settle();
        return peer;
    }

    private static (ConnectedSocket Socket, TlsPeer Peer) Pair(VirtualSockets sockets)
    {
        var accept = sockets.Listener.AcceptAsync().AsTask();
        var peer = Connect(sockets);
        return (accept.Result, peer);
    }
}
