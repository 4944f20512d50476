using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NUnit.Framework;
using RxGlisten.Sockets;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Sockets;

/// <summary>The low level over TLS: the same verbs, on every kind of endpoint.</summary>
public sealed class SecureSocketsSpec
{
    private static string[] Kinds => Reaches.Names;

    [TestCaseSource(nameof(Kinds))]
    public async Task A_message_of_a_foreign_client_is_echoed_by_hand(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = ListenSocket.Listen(reach.Fresh(), Server(reach, tls => tls with { Alpn = ["h2"] }));
        using var peer = new TlsPeer(await reach.ConnectAsync(listener.LocalEndPoint));
        using var socket = await listener.AcceptAsync(TimeSpan.FromSeconds(30)).Soon();
        await peer.SendAsync("hi mom"u8.ToArray()).Soon();
        await socket.SendAsync(await socket.ReceiveAsync(6).Soon()).Soon();
        socket.Shutdown(SocketShutdown.Send);
        var read = await peer.ReadToEndAsync().Soon();
        Assert.That((Text(read.Bytes), read.Error), Is.EqualTo(("hi mom", SocketError.Success)), "close_notify came before the FIN");
        Assert.That((socket.Tls!.ServerName, socket.Tls.Alpn), Is.EqualTo(("localhost", (string?)null)));
        peer.FinishSending();
        Assert.That((await socket.ReceiveAsync().Soon()).IsEmpty, "an orderly end is the end");
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Both_ends_may_be_held_by_hand(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = ListenSocket.Listen(reach.Fresh(), Server(reach));
        var connecting = ConnectedSocket.ConnectAsync(listener.LocalEndPoint, Client(reach));
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        await client.SendAsync("abcdef"u8.ToArray()).Soon();
        Assert.That(Text(await server.ReceiveAsync(4).Soon()), Is.EqualTo("abcd"));
        Assert.That(Text(await server.ReceiveAsync().Soon()), Is.EqualTo("ef"));
        Assert.That(() => server.ReceiveAsync(TimeSpan.Zero).Soon(), Throws.TypeOf<SocketException>(), "nothing is there");
        client.Shutdown(SocketShutdown.Send);
        Assert.That((await server.ReceiveAsync().Soon()).IsEmpty, "the peer has finished");
        await server.SendAsync("still here"u8.ToArray()).Soon();
        Assert.That(Text(await client.ReceiveAsync(10).Soon()), Is.EqualTo("still here"));
        Assert.That(server.LocalEndPoint, Is.EqualTo(client.RemoteEndPoint));
        Assert.That(client.Tls!.Protocol, Is.EqualTo(server.Tls!.Protocol));
        server.Close();
        Assert.That((await client.ReceiveAsync().Soon()).IsEmpty, "orderly as well");
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Many_bytes_arrive_as_they_were_sent_both_ways_at_once(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = ListenSocket.Listen(reach.Fresh(), Server(reach));
        var connecting = ConnectedSocket.ConnectAsync(listener.LocalEndPoint, Client(reach));
        using var server = await listener.AcceptAsync().Soon();
        using var client = await connecting.Soon();
        var (there, back) = (PeerReading.Noise(3_000_000, 1), PeerReading.Noise(3_000_000, 2));
        var receives = new[] { server.ReceiveAsync(there.Length).AsTask(), client.ReceiveAsync(back.Length).AsTask() };
        await Task.WhenAll(client.SendAsync(there).AsTask(), server.SendAsync(back).AsTask()).Soon();
        await receives[1].Soon();
        client.Close(); // what was sent is on its way, close_notify behind it
        await receives[0].Soon();
        Assert.That(receives[0].Result.Span.SequenceEqual(there));
        Assert.That(receives[1].Result.Span.SequenceEqual(back));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task A_stream_that_was_cut_is_told_apart_from_one_that_ended(string kind)
    {
        using var reach = Reaches.Of(kind);
        using var listener = ListenSocket.Listen(reach.Fresh(), Server(reach));
        using var peer = new TlsPeer(await reach.ConnectAsync(listener.LocalEndPoint));
        using var socket = await listener.AcceptAsync().Soon();
        await peer.SendAsync("Pay 100"u8.ToArray()).Soon();
        peer.Cut();
        Assert.That(Text(await socket.ReceiveAsync(7).Soon()), Is.EqualTo("Pay 100"));
        var error = await Assert.ThrowsAsync<ConnectionClosedException>(() => socket.ReceiveAsync().Soon());
        Assert.That(error!.Reason.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(error.Reason.Detail, Does.Contain("close_notify"));
    }

    [Test]
    public async Task A_record_that_was_tampered_with_is_a_protocol_error()
    {
        using var reach = Reach.Memory();
        using var listener = ListenSocket.Listen(reach.Fresh(), Server(reach));
        var tap = new CuttingPeer(await reach.ConnectAsync(listener.LocalEndPoint));
        using var peer = new TlsPeer(tap);
        using var socket = await listener.AcceptAsync().Soon();
        await peer.Handshake.Soon();
        tap.Tampers = true;
        await peer.SendAsync("evil"u8.ToArray()).Soon();
        var error = await Assert.ThrowsAsync<ConnectionClosedException>(() => socket.ReceiveAsync().Soon());
        Assert.That(error!.Reason.Kind, Is.EqualTo(CloseKind.ProtocolError));
    }

    [TestCase("tcp v4")]
    [TestCase("unix")]
    public async Task A_client_without_the_right_certificate_is_no_accept(string kind)
    {
        using var reach = Reaches.Of(kind);
        var verification = ClientVerification.FromDer(TestAuthority.Trusted.Root.Export(X509ContentType.Cert));
        using var listener = ListenSocket.Listen(reach.Fresh(), Server(reach, tls => tls with { ClientVerification = verification }));
        var accept = listener.AcceptAsync();
        using var refused = new TlsPeer(await reach.ConnectAsync(listener.LocalEndPoint));
        Assert.That((await refused.ReceiveAsync().Soon()).IsError);
        var known = Client(reach);
        using var client = await ConnectedSocket.ConnectAsync(
            listener.LocalEndPoint, known with { Tls = known.Tls! with { Certificate = TlsCertificate.FromCertificate(TestAuthority.Client) } }).Soon();
        using var socket = await accept.Soon();
        Assert.That(socket.Tls!.ClientCertificate!.Subject, Is.EqualTo("CN=a client"));
    }

    [Test]
    public async Task A_server_that_can_t_prove_who_it_is_is_no_connection()
    {
        using var reach = Reach.TcpV4();
        using var listener = ListenSocket.Listen(reach.Fresh(), Server(reach));
        var accept = listener.AcceptAsync();
        var trusting = Client(reach);
        var stranger = trusting with { Tls = trusting.Tls! with { Authorities = [TestAuthority.Stranger.Root] } };
        var error = await Assert.ThrowsAsync<ConnectException>(() => ConnectedSocket.ConnectAsync(listener.LocalEndPoint, stranger).Soon());
        Assert.That(error!.Message, Does.Contain("TLS"));

        // In TLS 1.3 a client looks at the certificate when the server's part is over, so the refusal may be the first thing that is received.
        using var refused = await accept.Soon();
        Assert.That(() => refused.ReceiveAsync().Soon(), Throws.TypeOf<ConnectionClosedException>());
    }

    [Test]
    public async Task The_time_to_connect_bounds_the_handshake()
    {
        using var reach = Reach.TcpV4();
        using var silent = ListenSocket.Listen(reach.Fresh());
        var options = Client(reach) with { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
        var error = await Assert.ThrowsAsync<ConnectException>(() => ConnectedSocket.ConnectAsync(silent.LocalEndPoint, options).Soon());
        Assert.That(error!.SocketError, Is.EqualTo(SocketError.TimedOut));
        using var cancellation = new CancellationTokenSource();
        var cancelled = ConnectedSocket.ConnectAsync(silent.LocalEndPoint, Client(reach), cancellation.Token);
        cancellation.Cancel();
        Assert.That(() => cancelled.Soon(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Nothing_is_bound_and_nothing_connects_with_options_that_can_not_be_used()
    {
        var nothing = new System.Reactive.Subjects.Subject<X509Certificate2>();
        Assert.That(
            () => ListenSocket.Listen("tcp://127.0.0.1:0", new ServerOptions { Tls = TlsOptions.FromObservable(nothing) }), Throws.TypeOf<TlsCertificateException>());
        Assert.That(
            () => ConnectedSocket.ConnectAsync("unix:/nowhere", new ClientOptions { Tls = new TlsClientOptions() }),
            Throws.ArgumentException.With.Message.Contains("ServerName"));
    }

    private static ServerOptions Server(Reach reach, Func<TlsOptions, TlsOptions>? configure = null)
    {
        var tls = TlsOptions.FromCertificate(TestAuthority.Localhost);
        return new ServerOptions { Tls = configure?.Invoke(tls) ?? tls, Transport = reach.Transport };
    }

    private static ClientOptions Client(Reach reach) => new()
    {
        Tls = new TlsClientOptions { ServerName = "localhost", Authorities = [TestAuthority.Trusted.Root] }, Transport = reach.Transport,
    };

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);
}
