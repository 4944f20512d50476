using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace RxGlisten.Spec.Transports;

/// <summary>
/// What every transport owes to what is above it. A fixture per transport derives from this and says how to reach it; whatever a transport
/// can't do (a portable socket sees a FIN by reading only) it declares, and nothing here asks for more than the kernel's TCP gives.
/// </summary>
public abstract class TransportContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<IDisposable> _owned = [];

    internal static readonly TransportSettings Settings = new()
    {
        Backlog = 128,
        NoDelay = true,
        ReuseAddress = true,
        DualMode = false,
        UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    internal static readonly ConnectSettings ConnectSettings = new() { NoDelay = true };

    /// <summary>The transport under test.</summary>
    protected abstract ITransport Transport { get; }

    /// <summary>An endpoint that nobody listens on: a fresh one each time, or one with port 0.</summary>
    protected abstract EndPoint FreshEndPoint();

    /// <summary>Connects a client to a bound endpoint.</summary>
    protected abstract Task<ITestPeer> ConnectAsync(EndPoint endpoint);

    /// <summary>Waits until the client's side of a connection that was accepted is at rest too: a socket of the framework that is closed inside a call sends a FIN first.</summary>
    protected virtual Task AtRestAsync(ITestPeer peer) => Task.CompletedTask;

    /// <summary>Whether an end resets a connection only when it leaves with input unread, as on unix sockets; otherwise the other end sees a FIN.</summary>
    protected virtual bool ResetsOnlyWithInputUnread => false;

    /// <summary>Whether a FIN is reported to the watcher while reading is paused; a reset always is.</summary>
    protected virtual bool ReportsFinWhilePaused => false;

    /// <summary>Whether connections are encrypted.</summary>
    protected virtual bool IsEncrypted => false;

    [TearDown]
    public void GiveBack()
    {
        for (var i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        _owned.Clear();
    }

    // Bytes.

    [Test]
    public async Task Bytes_arrive_in_order()
    {
        var (server, peer) = await ConnectedAsync();
        await Within(peer.SendAsync(Pattern(0, 10_000)));
        await Within(peer.SendAsync(Pattern(10_000, 10_000)));
        Assert.That(await ReceiveAsync(server, 20_000), Is.EqualTo(Pattern(0, 20_000)));
    }

    [Test]
    public async Task A_receive_that_waits_ends_when_bytes_come()
    {
        var (server, peer) = await ConnectedAsync();
        var buffer = new TestBuffer();
        var receiving = server.ReceiveAsync(buffer);
        Assert.That(receiving.IsCompleted, Is.False);
        await Within(peer.SendAsync("hello"u8.ToArray()));
        var received = await Within(receiving);
        Assert.That(received, Is.EqualTo(new Transfer(5, SocketError.Success)));
        Assert.That(buffer.Bytes(5), Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    public async Task An_idle_receive_asks_for_no_memory_until_there_is_something_to_receive()
    {
        var (server, peer) = await ConnectedAsync();
        var buffer = new TestBuffer(16);
        var receiving = server.ReceiveAsync(buffer);
        Assert.That(buffer.Asks, Is.Zero);
        await Within(peer.SendAsync(Pattern(0, 100)));
        var received = await Within(receiving);
        Assert.That(buffer.Asks, Is.EqualTo(1));
        Assert.That(received.Bytes, Is.GreaterThanOrEqualTo(Math.Max(1, buffer.Available)), "what is said to wait is written");
    }

    [Test]
    public async Task What_does_not_fit_waits_for_the_next_receive()
    {
        var (server, peer) = await ConnectedAsync();
        await Within(peer.SendAsync(Pattern(0, 50_000)));
        Assert.That(await ReceiveAsync(server, 50_000, pieceBytes: 7), Is.EqualTo(Pattern(0, 50_000)));
    }

    [Test]
    public async Task A_gathered_send_keeps_the_order_of_its_segments()
    {
        var (server, peer) = await ConnectedAsync();
        var bytes = Pattern(0, 3_000);
        var segments = new List<ArraySegment<byte>> { new(bytes, 0, 1_000), new(bytes, 1_000, 0), new(bytes, 1_000, 1), new(bytes, 1_001, 1_999) };
        Assert.That(server.TrySend(segments), Is.EqualTo(new Transfer(3_000, SocketError.Success)));
        Assert.That(await ReceiveAsync(peer, 3_000), Is.EqualTo(bytes));
    }

    [Test]
    public async Task A_gathered_send_that_does_not_fit_sends_a_prefix()
    {
        var (server, peer) = await ConnectedAsync();
        var total = 0;
        while (true)
        {
            var bytes = Pattern(total, 100_001);
            var sent = server.TrySend([new ArraySegment<byte>(bytes, 0, 33_333), new ArraySegment<byte>(bytes, 33_333, 66_668)]);
            Assert.That(sent.Error, Is.EqualTo(SocketError.Success));
            total += sent.Bytes;
            if (sent.Bytes < bytes.Length) break;
        }
        Assert.That(await ReceiveAsync(peer, total), Is.EqualTo(Pattern(0, total)));
    }

    [Test]
    public async Task A_try_send_keeps_no_reference_to_its_data()
    {
        var (server, peer) = await ConnectedAsync();
        var bytes = Pattern(0, 1_000);
        Assert.That(server.TrySend(bytes).Bytes, Is.EqualTo(1_000));
        Array.Clear(bytes);
        Assert.That(await ReceiveAsync(peer, 1_000), Is.EqualTo(Pattern(0, 1_000)));
    }

    [Test]
    public async Task A_try_send_fills_the_window_and_then_a_send_waits_for_the_peer_to_read()
    {
        var (server, peer) = await ConnectedAsync();
        var filled = Fill(server, from: 0);
        var sending = server.SendAsync(Pattern(filled, 1_000));
        Assert.That(await ReceiveAsync(peer, filled), Is.EqualTo(Pattern(0, filled)));
        var sent = await Within(sending);
        Assert.That(sent.Succeeded, Is.True);
        Assert.That(sent.Bytes, Is.InRange(1, 1_000));
        Assert.That(await ReceiveAsync(peer, sent.Bytes), Is.EqualTo(Pattern(filled, sent.Bytes)));
    }

    [Test]
    public async Task Four_megabytes_cross_both_ways_at_once_byte_by_byte()
    {
        var (server, peer) = await ConnectedAsync();
        var (down, up) = (Random(1, 4 << 20), Random(2, 4 << 20));
        var receivedUp = ReceiveAsync(server, up.Length);
        var receivedDown = ReceiveAsync(peer, down.Length);
        var sentUp = peer.SendAsync(up);
        await SendAsync(server, down);
        await Within(sentUp);
        Assert.That((await receivedUp).AsSpan().SequenceEqual(up), Is.True);
        Assert.That((await receivedDown).AsSpan().SequenceEqual(down), Is.True);
    }

    // Ends.

    [Test]
    public async Task A_fin_comes_after_the_bytes_and_stays()
    {
        var (server, peer) = await ConnectedAsync();
        await Within(peer.SendAsync(Pattern(0, 1_000)));
        peer.FinishSending();
        Assert.That(await ReceiveAsync(server, 1_000), Is.EqualTo(Pattern(0, 1_000)));
        for (var i = 0; i < 3; i++) Assert.That(await EndAsync(server), Is.EqualTo(new Transfer(0, SocketError.Success)));
    }

    [Test]
    public async Task A_fin_ends_a_receive_that_waits()
    {
        var (server, peer) = await ConnectedAsync();
        var receiving = EndAsync(server);
        peer.FinishSending();
        Assert.That(await receiving, Is.EqualTo(new Transfer(0, SocketError.Success)));
    }

    [Test]
    public async Task After_the_peers_fin_sending_goes_on()
    {
        var (server, peer) = await ConnectedAsync();
        peer.FinishSending();
        Assert.That(await EndAsync(server), Is.EqualTo(new Transfer(0, SocketError.Success)));
        await SendAsync(server, Pattern(0, 10_000));
        Assert.That(server.ShutdownSending(), Is.EqualTo(SocketError.Success));
        Assert.That(await ReceiveAsync(peer, 10_000), Is.EqualTo(Pattern(0, 10_000)));
        Assert.That((await Within(peer.ReceiveAsync())).IsFin, Is.True);
    }

    [Test]
    public async Task After_the_own_fin_receiving_goes_on()
    {
        var (server, peer) = await ConnectedAsync();
        await SendAsync(server, Pattern(0, 10));
        Assert.That(server.ShutdownSending(), Is.EqualTo(SocketError.Success));
        Assert.That(await ReceiveAsync(peer, 10), Is.EqualTo(Pattern(0, 10)));
        Assert.That((await Within(peer.ReceiveAsync())).IsFin, Is.True);
        await Within(peer.SendAsync(Pattern(0, 10_000)));
        peer.FinishSending();
        Assert.That(await ReceiveAsync(server, 10_000), Is.EqualTo(Pattern(0, 10_000)));
        Assert.That(await EndAsync(server), Is.EqualTo(new Transfer(0, SocketError.Success)));
    }

    [Test]
    public async Task Sending_after_the_own_fin_is_an_error()
    {
        var (server, _) = await ConnectedAsync();
        Assert.That(server.ShutdownSending(), Is.EqualTo(SocketError.Success));
        Assert.That(server.TrySend("late"u8), Is.EqualTo(new Transfer(0, SocketError.Shutdown)));
        Assert.That(server.TrySend([new ArraySegment<byte>([1])]), Is.EqualTo(new Transfer(0, SocketError.Shutdown)));
        Assert.That(await Within(server.SendAsync(new byte[1])), Is.EqualTo(new Transfer(0, SocketError.Shutdown)));
    }

    [Test]
    public async Task A_reset_is_seen_after_the_bytes_before_it()
    {
        var (server, peer) = await ConnectedAsync();
        await Within(peer.SendAsync(Pattern(0, 1_000)));
        Reset(peer, of: server);
        Assert.That(await ReceiveAsync(server, 1_000), Is.EqualTo(Pattern(0, 1_000)));
        Assert.That(await EndAsync(server), Is.EqualTo(new Transfer(0, SocketError.ConnectionReset)));
    }

    [Test]
    public async Task A_reset_ends_a_receive_that_waits()
    {
        var (server, peer) = await ConnectedAsync();
        var receiving = EndAsync(server);
        Reset(peer, of: server);
        Assert.That(await receiving, Is.EqualTo(new Transfer(0, SocketError.ConnectionReset)));
    }

    [Test]
    public async Task Sending_to_a_peer_that_is_gone_becomes_an_error()
    {
        var (server, peer) = await ConnectedAsync();
        peer.Close();
        Transfer sent;
        // A kernel takes some until the peer's answer has come.
        do sent = await Within(server.SendAsync(new byte[1_000]));
        while (sent.Succeeded);
        Assert.That(sent.Error, Is.AnyOf(SocketError.ConnectionReset, SocketError.Shutdown, SocketError.ConnectionAborted));
    }

    [Test]
    public async Task A_close_delivers_what_was_sent_and_a_fin()
    {
        var (server, peer) = await ConnectedAsync();
        Assert.That(server.TrySend(Pattern(0, 50_000)).Bytes, Is.EqualTo(50_000));
        server.Close();
        server.Close();
        Assert.That(await ReceiveAsync(peer, 50_000), Is.EqualTo(Pattern(0, 50_000)));
        Assert.That((await Within(peer.ReceiveAsync())).IsFin, Is.True);
    }

    [Test]
    public async Task A_close_ends_the_outstanding_receive()
    {
        var (server, _) = await ConnectedAsync();
        var receiving = server.ReceiveAsync(new TestBuffer());
        server.Close();
        Assert.That(await Within(receiving), Is.EqualTo(new Transfer(0, SocketError.OperationAborted)));
    }

    [Test]
    public async Task An_abort_resets_the_peer()
    {
        var (server, peer) = await ConnectedAsync();
        if (ResetsOnlyWithInputUnread) await Within(peer.SendAsync(new byte[1]));
        server.Abort();
        server.Abort();
        Assert.That((await Within(peer.ReceiveAsync())).IsError, Is.True);
    }

    [Test]
    public async Task An_abort_ends_what_is_outstanding()
    {
        var (server, _) = await ConnectedAsync();
        var receiving = server.ReceiveAsync(new TestBuffer());
        var sending = SendUntilOneWaits(server);
        server.Abort();
        Assert.That(await Within(receiving), Is.EqualTo(new Transfer(0, SocketError.OperationAborted)));
        var sent = await Within(sending);
        // A kernel may have found room for it just before.
        Assert.That(sent.Error, Is.EqualTo(sent.Bytes > 0 ? SocketError.Success : SocketError.OperationAborted));
    }

    [Test]
    public async Task After_the_own_end_every_operation_is_aborted()
    {
        var (server, _) = await ConnectedAsync();
        server.Close();
        var aborted = new Transfer(0, SocketError.OperationAborted);
        Assert.That(await EndAsync(server), Is.EqualTo(aborted));
        Assert.That(server.TrySend("late"u8), Is.EqualTo(aborted));
        Assert.That(server.TrySend([new ArraySegment<byte>([1])]), Is.EqualTo(aborted));
        Assert.That(await Within(server.SendAsync(new byte[1])), Is.EqualTo(aborted));
        Assert.That(server.ShutdownSending(), Is.EqualTo(SocketError.OperationAborted));
        server.Abort();
    }

    // The watcher.

    [Test]
    public async Task A_reset_is_reported_while_reading_is_paused()
    {
        var (server, peer) = await ConnectedAsync();
        var watcher = new TestWatcher();
        server.Watch(watcher);
        Reset(peer, of: server);
        Assert.That(await Within(watcher.Reset), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(watcher.Resets, Is.EqualTo(1));
    }

    [Test]
    public async Task A_reset_before_the_watch_is_reported_too()
    {
        var (server, peer) = await ConnectedAsync();
        await Within(peer.SendAsync(Pattern(0, 1_000)));
        Reset(peer, of: server);
        var watcher = new TestWatcher();
        server.Watch(watcher);
        Assert.That(await Within(watcher.Reset), Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task A_fin_is_reported_while_reading_is_paused()
    {
        if (!ReportsFinWhilePaused) Assert.Ignore("This transport sees a FIN by reading only.");
        var (server, peer) = await ConnectedAsync();
        var watcher = new TestWatcher();
        server.Watch(watcher);
        await Within(peer.SendAsync(Pattern(0, 10)));
        peer.FinishSending();
        await Within(watcher.Fin);
        Assert.That(await ReceiveAsync(server, 10), Is.EqualTo(Pattern(0, 10)));
        Assert.That(await EndAsync(server), Is.EqualTo(new Transfer(0, SocketError.Success)));
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task The_end_that_a_receive_reports_is_not_reported_to_the_watcher()
    {
        var (server, peer) = await ConnectedAsync();
        var watcher = new TestWatcher { IsPaused = false };
        server.Watch(watcher);
        var receiving = EndAsync(server);
        Reset(peer, of: server);
        Assert.That(await receiving, Is.EqualTo(new Transfer(0, SocketError.ConnectionReset)));
        Assert.That((watcher.Fins, watcher.Resets), Is.EqualTo((0, 0)));
    }

    // Listening and accepting.

    [Test]
    public async Task Both_ends_are_named()
    {
        var listener = Listen();
        var (server, peer) = await ConnectedAsync(listener);
        Assert.That(server.LocalEndPoint, Is.EqualTo(listener.LocalEndPoint));
        if (peer.LocalEndPoint is not null) Assert.That(server.RemoteEndPoint, Is.EqualTo(peer.LocalEndPoint));
        Assert.That(server.RemoteEndPoint, Is.Not.Null);
        Assert.That(server.Tls, IsEncrypted ? Is.Not.Null : Is.Null);
        Assert.That(server.Executor, Is.Not.Null);
    }

    [Test]
    public void A_second_listener_on_an_endpoint_is_refused()
    {
        var listener = Listen();
        var refused = Assert.Throws<ListenException>(() => Own(Transport.Listen(listener.LocalEndPoint, Settings)));
        Assert.That(refused!.SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
        Assert.That(refused.EndPoint, Is.EqualTo(listener.LocalEndPoint));
    }

    [Test]
    public async Task Several_accepts_wait_and_each_gets_a_connection()
    {
        var listener = Listen();
        var accepts = Enumerable.Range(0, 5).Select(_ => listener.AcceptAsync(CancellationToken.None).AsTask()).ToArray();
        for (var i = 0; i < 5; i++) Own(await Within(ConnectAsync(listener.LocalEndPoint)));
        var accepted = await Within(Task.WhenAll(accepts));
        Assert.That(accepted.Select(a => a.Error), Is.All.EqualTo(SocketError.Success));
        Assert.That(accepted.Select(a => a.Connection).Distinct().Count(), Is.EqualTo(5));
        foreach (var accept in accepted) accept.Connection!.Abort();
    }

    [Test]
    public async Task Connections_wait_to_be_accepted()
    {
        var listener = Listen();
        for (var i = 0; i < 5; i++) Own(await Within(ConnectAsync(listener.LocalEndPoint)));
        for (var i = 0; i < 5; i++) await AcceptAsync(listener);
    }

    [Test]
    public async Task A_cancelled_accept_is_aborted_and_loses_no_connection()
    {
        var listener = Listen();
        using var cancellation = new CancellationTokenSource();
        var accepting = listener.AcceptAsync(cancellation.Token);
        await cancellation.CancelAsync();
        Assert.That(await Within(accepting), Is.EqualTo(new AcceptResult(null, SocketError.OperationAborted)));
        Assert.That(await Within(listener.AcceptAsync(cancellation.Token)), Is.EqualTo(new AcceptResult(null, SocketError.OperationAborted)));
        var (server, peer) = await ConnectedAsync(listener);
        await Within(peer.SendAsync(Pattern(0, 10)));
        Assert.That(await ReceiveAsync(server, 10), Is.EqualTo(Pattern(0, 10)));
    }

    [Test]
    public async Task Cancelling_while_a_client_connects_loses_no_connection()
    {
        var listener = Listen();
        for (var i = 0; i < 100; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var accepting = listener.AcceptAsync(cancellation.Token).AsTask();
            var cancelling = Task.Run(cancellation.Cancel);
            using var peer = await Within(ConnectAsync(listener.LocalEndPoint));
            await Within(cancelling);
            var accepted = await Within(accepting);
            if (accepted.Connection is null)
            {
                Assert.That(accepted.Error, Is.EqualTo(SocketError.OperationAborted));
                accepted = await Within(listener.AcceptAsync(CancellationToken.None));
            }
            Assert.That(accepted.Error, Is.EqualTo(SocketError.Success));
            await Within(peer.SendAsync(Pattern(i, 10)));
            Assert.That(await ReceiveAsync(accepted.Connection!, 10), Is.EqualTo(Pattern(i, 10)));
            accepted.Connection!.Close();
        }
    }

    [Test]
    public async Task Disposing_the_listener_ends_the_accepts_that_wait()
    {
        var listener = Listen();
        var accepts = Enumerable.Range(0, 3).Select(_ => listener.AcceptAsync(CancellationToken.None).AsTask()).ToArray();
        listener.Dispose();
        listener.Dispose();
        var ended = await Within(Task.WhenAll(accepts));
        Assert.That(ended, Is.All.EqualTo(new AcceptResult(null, SocketError.OperationAborted)));
        Assert.That(await Within(listener.AcceptAsync(CancellationToken.None)), Is.EqualTo(new AcceptResult(null, SocketError.OperationAborted)));
    }

    [Test]
    public async Task Disposing_the_listener_ends_the_connections_that_nobody_accepted()
    {
        var listener = Listen();
        var peer = Own(await Within(ConnectAsync(listener.LocalEndPoint)));
        listener.Dispose();
        var received = await Within(peer.ReceiveAsync());
        Assert.That(received.IsError, Is.True);
    }

    [Test]
    public async Task Disposing_the_listener_leaves_the_accepted_connections_alone()
    {
        var listener = Listen();
        var (server, peer) = await ConnectedAsync(listener);
        listener.Dispose();
        await Within(peer.SendAsync(Pattern(0, 10)));
        Assert.That(await ReceiveAsync(server, 10), Is.EqualTo(Pattern(0, 10)));
    }

    [Test]
    public async Task Nobody_listens_after_the_listener_is_disposed()
    {
        var listener = Listen();
        listener.Dispose();
        Exception? refused = null;
        try { Own(await Within(ConnectAsync(listener.LocalEndPoint))); }
        catch (SocketException failed) { refused = failed; }
        Assert.That(refused, Is.Not.Null);
    }

    // Connecting.

    [Test]
    public async Task What_connects_has_the_other_end_of_what_is_accepted()
    {
        var listener = Listen();
        var dialing = DialAsync(listener.LocalEndPoint); // what encrypts needs both sides for it
        var server = await AcceptAsync(listener);
        var client = await dialing;
        Assert.That(client.RemoteEndPoint, Is.EqualTo(listener.LocalEndPoint));
        Assert.That(ServerAddress.Format(server.RemoteEndPoint), Is.EqualTo(ServerAddress.Format(client.LocalEndPoint)));
        await SendAsync(client, Pattern(0, 10_000));
        Assert.That(await ReceiveAsync(server, 10_000), Is.EqualTo(Pattern(0, 10_000)));
        await SendAsync(server, Pattern(5, 10_000));
        Assert.That(await ReceiveAsync(client, 10_000), Is.EqualTo(Pattern(5, 10_000)));
        Assert.That(client.ShutdownSending(), Is.EqualTo(SocketError.Success));
        Assert.That(await EndAsync(server), Is.EqualTo(new Transfer(0, SocketError.Success)));
        Assert.That(server.ShutdownSending(), Is.EqualTo(SocketError.Success));
        Assert.That(await EndAsync(client), Is.EqualTo(new Transfer(0, SocketError.Success)));
    }

    [Test]
    public async Task What_connects_is_watched_and_resets_like_any_other()
    {
        var listener = Listen();
        var dialing = DialAsync(listener.LocalEndPoint); // what encrypts needs both sides for it
        var server = await AcceptAsync(listener);
        var client = await dialing;
        var watcher = new TestWatcher();
        client.Watch(watcher);
        if (ResetsOnlyWithInputUnread) await SendAsync(client, new byte[1]);
        server.Abort();
        Assert.That(await Within(watcher.Reset), Is.EqualTo(SocketError.ConnectionReset));
        client.Abort();
        Assert.That(await EndAsync(client), Is.EqualTo(new Transfer(0, SocketError.OperationAborted)));
    }

    [Test]
    public async Task Connecting_where_nobody_listens_is_an_error_and_no_exception()
    {
        var listener = Listen();
        listener.Dispose();
        var refused = await Within(Transport.ConnectAsync(listener.LocalEndPoint, ConnectSettings, CancellationToken.None));
        Assert.That(refused.Connection, Is.Null);
        Assert.That(refused.Error, Is.AnyOf(SocketError.ConnectionRefused, SocketError.AddressNotAvailable)); // no such file is the latter
    }

    [Test]
    public async Task A_connect_that_was_cancelled_is_aborted()
    {
        var listener = Listen();
        var result = await Within(Transport.ConnectAsync(listener.LocalEndPoint, ConnectSettings, new CancellationToken(canceled: true)));
        Assert.That(result, Is.EqualTo(new ConnectResult(null, SocketError.OperationAborted)));
    }

    [Test]
    public async Task An_endpoint_of_another_kind_can_not_be_connected_to()
    {
        var result = await Within(Transport.ConnectAsync(new ForeignEndPoint(), ConnectSettings, CancellationToken.None));
        Assert.That(result, Is.EqualTo(new ConnectResult(null, SocketError.AddressFamilyNotSupported)));
    }

    // The tools.

    /// <summary>A running pattern, so that a byte that is lost, doubled or out of order shows.</summary>
    protected static byte[] Pattern(int from, int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)((from + i) * 31 + ((from + i) >> 8) * 7);
        return bytes;
    }

    /// <summary>Waits, but not forever.</summary>
    protected static Task<T> Within<T>(ValueTask<T> waiting) => Within(waiting.AsTask());

    /// <inheritdoc cref="Within{T}(ValueTask{T})"/>
    protected static Task<T> Within<T>(Task<T> waiting) => waiting.WaitAsync(Patience);

    /// <inheritdoc cref="Within{T}(ValueTask{T})"/>
    protected static Task Within(Task waiting) => waiting.WaitAsync(Patience);

    /// <summary>Has it disposed at the end of the test.</summary>
    protected T Own<T>(T disposable) where T : IDisposable
    {
        _owned.Add(disposable);
        return disposable;
    }

    protected ITransportListener Listen() => Own(Transport.Listen(FreshEndPoint(), Settings));

    protected Task<(ITransportConnection Server, ITestPeer Peer)> ConnectedAsync() => ConnectedAsync(Listen());

    protected async Task<(ITransportConnection Server, ITestPeer Peer)> ConnectedAsync(ITransportListener listener)
    {
        var peer = Own(await Within(ConnectAsync(listener.LocalEndPoint)));
        var server = await AcceptAsync(listener);
        await Within(AtRestAsync(peer));
        return (server, peer);
    }

    protected async Task<ITransportConnection> AcceptAsync(ITransportListener listener)
    {
        var accepted = await Within(listener.AcceptAsync(CancellationToken.None));
        Assert.That(accepted.Error, Is.EqualTo(SocketError.Success));
        Own(new Aborting(accepted.Connection!));
        return accepted.Connection!;
    }

    private async Task<ITransportConnection> DialAsync(EndPoint endpoint)
    {
        var connected = await Within(Transport.ConnectAsync(endpoint, ConnectSettings, CancellationToken.None));
        Assert.That(connected.Error, Is.EqualTo(SocketError.Success));
        Own(new Aborting(connected.Connection!));
        return connected.Connection!;
    }

    /// <summary>Receives exactly so many bytes.</summary>
    protected static async Task<byte[]> ReceiveAsync(ITransportConnection connection, int count, int pieceBytes = 64 * 1024)
    {
        var all = new byte[count];
        for (var got = 0; got < count;)
        {
            var buffer = new ExactBuffer(all.AsMemory(got), pieceBytes);
            var received = await Within(connection.ReceiveAsync(buffer));
            Assert.That(received.Error, Is.EqualTo(SocketError.Success), $"after {got} of {count} bytes");
            Assert.That(received.Bytes, Is.Positive, $"FIN after {got} of {count} bytes");
            buffer.CopyBack(received.Bytes);
            got += received.Bytes;
        }
        return all;
    }

    /// <inheritdoc cref="ReceiveAsync(ITransportConnection, int, int)"/>
    protected static async Task<byte[]> ReceiveAsync(ITestPeer peer, int count)
    {
        var all = new MemoryStream();
        while (all.Length < count)
        {
            var received = await Within(peer.ReceiveAsync((int)Math.Min(64 * 1024, count - all.Length)));
            Assert.That(received.Error, Is.EqualTo(SocketError.Success), $"after {all.Length} of {count} bytes");
            Assert.That(received.Bytes, Is.Not.Empty, $"FIN after {all.Length} of {count} bytes");
            all.Write(received.Bytes);
        }
        return all.ToArray();
    }

    /// <summary>Sends all of it: what fits at once, the rest as the peer reads.</summary>
    protected static async Task SendAsync(ITransportConnection connection, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = connection.TrySend(bytes.Span);
            if (sent is { Succeeded: true, Bytes: 0 }) sent = await Within(connection.SendAsync(bytes));
            Assert.That(sent.Error, Is.EqualTo(SocketError.Success));
            bytes = bytes[sent.Bytes..];
        }
    }

    /// <summary>Sends the pattern until there is no room; gives how much of it went.</summary>
    protected static int Fill(ITransportConnection connection, int from)
    {
        var filled = from;
        while (true)
        {
            var sent = connection.TrySend(Pattern(filled, 64 * 1024));
            Assert.That(sent.Error, Is.EqualTo(SocketError.Success));
            if (sent.Bytes == 0) return filled - from;
            filled += sent.Bytes;
            Assert.That(filled, Is.LessThan(256 << 20), "a peer that reads nothing holds the sender back");
        }
    }

    private static ValueTask<Transfer> SendUntilOneWaits(ITransportConnection connection)
    {
        while (true)
        {
            Fill(connection, from: 0);
            var sending = connection.SendAsync(new byte[64 * 1024]);
            if (!sending.IsCompleted) return sending;
            Assert.That(sending.Now().Succeeded, Is.True);
        }
    }

    private static Task<Transfer> EndAsync(ITransportConnection connection) => Within(connection.ReceiveAsync(new TestBuffer()));

    private static byte[] Random(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private void Reset(ITestPeer peer, ITransportConnection of)
    {
        if (ResetsOnlyWithInputUnread) Assert.That(of.TrySend([1]), Is.EqualTo(new Transfer(1, SocketError.Success)));
        peer.Reset();
    }

    private sealed class ForeignEndPoint : EndPoint;

    private sealed class Aborting(ITransportConnection connection) : IDisposable
    {
        public void Dispose() => connection.Abort();
    }

    /// <summary>Gives pieces of the target, or memory beside it where the transport knows of more than that.</summary>
    private sealed class ExactBuffer(Memory<byte> target, int pieceBytes) : IReceiveBuffer
    {
        private Memory<byte> _given;

        public Memory<byte> GetMemory(int available)
        {
            // A promise of the interface: never less than what is said to wait.
            var size = Math.Max(available, pieceBytes);
            return _given = size <= target.Length ? target[..size] : new byte[size];
        }

        public void CopyBack(int count)
        {
            Assert.That(count, Is.LessThanOrEqualTo(target.Length), "more came than was sent");
            _given[..count].CopyTo(target);
        }
    }
}
