using System.Net;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using RxGlisten.Sockets;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports;

namespace RxGlisten.Spec.Sockets;

/// <summary>Listen, accept, receive, send, shut down, close: by hand, over every kind of endpoint.</summary>
public sealed class LowLevelSpec
{
    private static string[] Kinds => Reaches.Names;

    /// <summary>Those on which a continuation may block, with event loops and without.</summary>
    private static string[] Threaded => ["tcp v4", "unix", "tcp v4 over sockets"];

    [TestCaseSource(nameof(Kinds))]
    public async Task A_message_is_echoed_by_hand(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        using var peer = await reach.ConnectAsync(listener.LocalEndPoint);
        using var socket = await listener.AcceptAsync().Soon();
        await peer.SendAsync("hi mom"u8.ToArray()).Soon();
        var message = await socket.ReceiveAsync().Soon();
        await socket.SendAsync(message).Soon();
        Assert.That(Text(await peer.ReadExactlyAsync(6).Soon()), Is.EqualTo("hi mom"));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Both_ends_may_be_held_by_hand(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        var connecting = ConnectAsync(reach, listener);
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        await client.SendAsync("abcdef"u8.ToArray()).Soon();
        Assert.That(Text(await server.ReceiveAsync(4).Soon()), Is.EqualTo("abcd"));
        Assert.That(Text(await server.ReceiveAsync().Soon()), Is.EqualTo("ef"));
        client.Shutdown(SocketShutdown.Send);
        Assert.That((await server.ReceiveAsync().Soon()).IsEmpty, "the peer has finished");
        Assert.That((await server.ReceiveAsync(10).Soon()).IsEmpty, "and gives no part of ten bytes");
        await server.SendAsync("still here"u8.ToArray()).Soon();
        Assert.That(Text(await client.ReceiveAsync(10).Soon()), Is.EqualTo("still here"));
        server.Close();
        Assert.That((await client.ReceiveAsync().Soon()).IsEmpty);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Many_bytes_arrive_as_they_were_sent_both_ways_at_once(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        var connecting = ConnectAsync(reach, listener);
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        var (there, back) = (PeerReading.Noise(3_000_000, 1), PeerReading.Noise(3_000_000, 2));
        var sends = new[] { client.SendAsync(there).AsTask(), server.SendAsync(back).AsTask() };
        var receives = new[] { server.ReceiveAsync(there.Length).AsTask(), client.ReceiveAsync(back.Length).AsTask() };
        await Task.WhenAll(sends).Soon();
        await Task.WhenAll(receives).Soon();
        Assert.That(receives[0].Result.Span.SequenceEqual(there));
        Assert.That(receives[1].Result.Span.SequenceEqual(back));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task A_peer_that_resets_is_told_apart_from_one_that_finishes(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        using var peer = await reach.ConnectAsync(listener.LocalEndPoint);
        using var socket = await listener.AcceptAsync().Soon();
        var receive = socket.ReceiveAsync(10);
        peer.Reset();
        try
        {
            Assert.That((await receive.Soon()).IsEmpty && kind.Contains("unix", StringComparison.Ordinal), "unix sockets know no reset");
        }
        catch (ConnectionClosedException error)
        {
            Assert.That(error.Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
            Assert.That(error.Reason.Error, Is.TypeOf<SocketException>());
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Closing_while_a_receive_waits_ends_it_and_the_peer_sees_the_end(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        using var peer = await reach.ConnectAsync(listener.LocalEndPoint);
        using var socket = await listener.AcceptAsync().Soon();
        await socket.SendAsync("tail"u8.ToArray()).Soon();
        var receive = socket.ReceiveAsync().AsTask();
        socket.Close();
        var error = await Assert.ThrowsAsync<ConnectionClosedException>(() => receive.Soon());
        Assert.That(error!.Reason.Kind, Is.EqualTo(CloseKind.LocalClosed));
        var read = await peer.ReadToEndAsync().Soon();
        Assert.That((Text(read.Bytes), read.Error), Is.EqualTo(("tail", SocketError.Success)));
        Assert.That(() => socket.SendAsync("x"u8.ToArray()).Soon(), Throws.TypeOf<ConnectionClosedException>());
        Assert.That(() => socket.ReceiveAsync().Soon(), Throws.TypeOf<ConnectionClosedException>());
        Assert.That(socket.Close, Throws.Nothing);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task The_names_are_those_of_both_ends(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        var connecting = ConnectAsync(reach, listener);
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        Assert.That(server.LocalEndPoint, Is.EqualTo(listener.LocalEndPoint));
        Assert.That(client.RemoteEndPoint, Is.EqualTo(listener.LocalEndPoint));
        if (!kind.Contains("unix", StringComparison.Ordinal))
            Assert.That(server.RemoteEndPoint, Is.EqualTo(client.LocalEndPoint), "unix clients have no names");
        Assert.That(server.Tls, Is.Null);
    }

    [Test]
    public async Task An_IPv4_client_of_an_IPv6_socket_is_shown_as_IPv4()
    {
        using var listener = ListenSocket.Listen("tcp://*:0");
        var connecting = ConnectedSocket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint).Port));
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        Assert.That(server.RemoteEndPoint, Is.EqualTo(client.LocalEndPoint));
        Assert.That(((IPEndPoint)server.LocalEndPoint).Address, Is.EqualTo(IPAddress.Loopback));
    }

    [Test]
    public async Task Options_of_the_system_are_read_and_set()
    {
        using var listener = ListenSocket.Listen("tcp://127.0.0.1:0", new ServerOptions { NoDelay = false, KeepAlive = new KeepAlive() });
        var connecting = ConnectedSocket.ConnectAsync(listener.LocalEndPoint);
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        Assert.That(Get(server), Is.EqualTo((0, 1)), "as the options say");
        Assert.That(Get(client), Is.EqualTo((1, 0)), "the defaults");
        server.SetOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay, 1);
        server.SetOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, 0);
        Assert.That(Get(server), Is.EqualTo((1, 0)));
        Assert.That(() => server.GetOption(SocketOptionLevel.Socket, SocketOptionName.Linger), Throws.TypeOf<SocketException>(), "it is no number");

        static (int NoDelay, int KeepAlive) Get(ConnectedSocket socket) => (
            Math.Sign(socket.GetOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay)),
            Math.Sign(socket.GetOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)));
    }

    [Test]
    public async Task Memory_has_no_options_of_the_system()
    {
        using var reach = Reach.Memory();
        using var listener = ListenSocket.Listen(reach.Fresh());
        using var peer = await reach.ConnectAsync(listener.LocalEndPoint);
        using var socket = await listener.AcceptAsync().Soon();
        Assert.That(
            () => socket.GetOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay),
            Throws.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.OperationNotSupported));
    }

    [Test]
    public void One_option_given_leaves_the_defaults_of_the_others()
    {
        // glisten merges a list of options over its own; a record does it by itself.
        var defaults = new ServerOptions();
        var given = new ServerOptions { NoDelay = false, Backlog = 7 };
        Assert.That((given.NoDelay, given.Backlog), Is.EqualTo((false, 7)));
        Assert.That(given with { NoDelay = defaults.NoDelay, Backlog = defaults.Backlog }, Is.EqualTo(defaults));
        var glistens = (defaults.Backlog, defaults.NoDelay, defaults.ReuseAddress, defaults.SendTimeout, defaults.FlowControl, defaults.Acceptors);
        Assert.That(glistens, Is.EqualTo((1024, true, true, TimeSpan.FromSeconds(30), FlowControl.Once, 10)));
    }

    [Test]
    public void What_can_not_be_listened_on_or_connected_to_says_why()
    {
        using var taken = ListenSocket.Listen("tcp://127.0.0.1:0");
        Assert.That(() => ListenSocket.Listen(taken.LocalEndPoint), Throws.TypeOf<ListenException>());
        Assert.That(() => ListenSocket.Listen("nowhere"), Throws.TypeOf<FormatException>());
        Assert.That(() => ListenSocket.Listen("0", new ServerOptions { Backlog = 0 }), Throws.TypeOf<ArgumentOutOfRangeException>());
        taken.Close();
        Assert.That(
            () => ConnectedSocket.ConnectAsync(taken.LocalEndPoint).Soon(),
            Throws.TypeOf<ConnectException>().With.Property(nameof(ConnectException.SocketError)).EqualTo(SocketError.ConnectionRefused));
    }

    [TestCaseSource(nameof(Threaded))]
    public async Task Who_blocks_on_what_an_accept_gave_keeps_no_other_accept_from_its_connection(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = AcceptAndWaitAsync();
        var other = listener.AcceptAsync().AsTask();
        using var one = await reach.ConnectAsync(listener.LocalEndPoint);
        using var two = await reach.ConnectAsync(listener.LocalEndPoint);
        using var socket = await other.Soon();
        second.SetResult();
        Assert.That(await first.Soon());

        async Task<bool> AcceptAndWaitAsync()
        {
            using var accepted = await listener.AcceptAsync().ConfigureAwait(false);
            return second.Task.Wait(TimeSpan.FromSeconds(20));
        }
    }

    [TestCaseSource(nameof(Threaded))]
    public async Task A_look_without_waiting_takes_a_client_who_waits_though_others_accept_before(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = Listen(reach);
        var peers = new List<ITestPeer>();
        for (var i = 0; i < 5; i++)
            peers.Add(await reach.ConnectAsync(listener.LocalEndPoint));
        using var last = await LastAsync().Soon();
        peers.ForEach(peer => peer.Dispose());

        async Task<ConnectedSocket> LastAsync()
        {
            using var first = await listener.AcceptAsync().ConfigureAwait(false); // from here on, on the thread that accepts where there is one
            var others = Enumerable.Range(0, 3).Select(_ => listener.AcceptAsync().AsTask()).ToArray();
            var look = await listener.AcceptAsync(TimeSpan.Zero).ConfigureAwait(false);
            foreach (var other in others)
                (await other.ConfigureAwait(false)).Close();
            return look;
        }
    }

    private static ListenSocket Listen(Reach reach) => ListenSocket.Listen(reach.Fresh(), new ServerOptions { Transport = reach.Transport });

    private static ValueTask<ConnectedSocket> ConnectAsync(Reach reach, ListenSocket listener) =>
        ConnectedSocket.ConnectAsync(listener.LocalEndPoint, new ClientOptions { Transport = reach.Transport });

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);
}
