using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Clients with TLS, against servers with it and without.</summary>
public sealed class TlsClientSpec
{
    private static readonly TlsClientOptions Trusting = new() { ServerName = "localhost", Authorities = [TestAuthority.Trusted.Root] };

    [Test]
    public async Task A_client_is_served([ValueSource(typeof(Reaches), nameof(Reaches.Names))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = Echo(reach, TlsServingSpec.Options(tls => tls with { Alpn = ["b", "a"] }));
        var sent = PeerReading.Noise(200_000, 5);
        var echo = await RxClient.Use(
            server.Listener.LocalEndPoint,
            connection =>
            {
                Assert.That(connection.Tls!.Alpn, Is.EqualTo("b"));
                Assert.That(connection.Tls.Protocol, Is.EqualTo(SslProtocols.Tls13));
                connection.Outbound.OnNext(sent);
                connection.Outbound.OnCompleted();
                return connection.Inbound.Bytes().Select(bytes => bytes.ToArray()).Aggregate(Array.Empty<byte>(), (all, next) => [.. all, .. next]);
            },
            new ClientOptions { Tls = Trusting with { Alpn = ["a", "b"] } }).Timeout(TimeSpan.FromSeconds(30));
        Assert.That(echo.AsSpan().SequenceEqual(sent));
    }

    [Test]
    public async Task The_host_of_the_address_is_who_the_server_has_to_be([Values("localhost", "127.0.0.1")] string host)
    {
        using var reach = Reaches.Of("tcp v4");
        await using var server = Echo(reach, TlsServingSpec.Options());
        var port = ((IPEndPoint)server.Listener.LocalEndPoint).Port;
        var connection = await RxClient.Connect($"tcp://{host}:{port}", new ClientOptions { Tls = Trusting with { ServerName = null } });
        await connection.DisposeAsync().Soon();
    }

    [Test]
    public async Task A_server_that_is_not_who_it_should_be_is_refused_with_a_reason()
    {
        using var reach = Reaches.Of("tcp v4");
        await using var server = Echo(reach, TlsServingSpec.Options());
        var wrongName = await FailsAsync(server, Trusting with { ServerName = "other.example" });
        Assert.That(wrongName.Message, Does.Contain("RemoteCertificateNameMismatch"));
        var stranger = await FailsAsync(server, Trusting with { Authorities = [TestAuthority.Stranger.Root] });
        Assert.That(stranger.Message, Does.Contain("UntrustedRoot").Or.Contain("PartialChain"));
        Assert.That(stranger.InnerException, Is.InstanceOf<AuthenticationException>());
        var system = await FailsAsync(server, Trusting with { Authorities = null });
        Assert.That(system.Message, Does.Contain("UntrustedRoot").Or.Contain("PartialChain"));
        await Patience.UntilAsync(() => server.Listener.Ledger.Accepted == server.Listener.Ledger.Closed, "the server's side is closed, too");
    }

    [Test]
    public async Task Verification_can_be_turned_off()
    {
        using var reach = Reaches.Of("unix");
        await using var server = Echo(reach, TlsServingSpec.Options());
        var connection = await RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Tls = new TlsClientOptions { VerifiesServer = false } });
        Assert.That(connection.Tls, Is.Not.Null);
        await connection.DisposeAsync().Soon();
    }

    [Test]
    public void A_server_without_a_host_name_needs_one() => Assert.That(
        () => RxClient.Connect("unix:/run/app.sock", new ClientOptions { Tls = new TlsClientOptions() }),
        Throws.ArgumentException.With.Message.Contain("ServerName"));

    [Test]
    public async Task A_client_proves_who_it_is()
    {
        using var reach = Reaches.Of("unix");
        var options = TlsServingSpec.Options(tls => tls with { ClientVerification = ClientVerification.FromDer(TestAuthority.Trusted.Root.Export(X509ContentType.Cert)) });
        await using var server = new TestServer(reach, options);
        var client = await RxClient.Connect(
            server.Listener.LocalEndPoint, new ClientOptions { Tls = Trusting with { Certificate = TlsCertificate.FromCertificate(TestAuthority.Client) } });
        Assert.That((await server.AcceptAsync()).Tls!.ClientCertificate!.Subject, Is.EqualTo("CN=a client"));
        await client.DisposeAsync().Soon();
    }

    [Test]
    public async Task A_client_without_the_certificate_that_is_asked_for_is_told_by_the_end_of_the_connection()
    {
        using var reach = Reaches.Of("tcp v4");
        var options = TlsServingSpec.Options(tls => tls with { ClientVerification = ClientVerification.FromDer(TestAuthority.Trusted.Root.Export(X509ContentType.Cert)) });
        await using var server = new TestServer(reach, options);

        // With TLS 1.3 the client's part is over before the server has looked.
        var used = RxClient.Use(server.Listener.LocalEndPoint, connection => connection.Inbound.Bytes(), new ClientOptions { Tls = Trusting }).Probe();
        Assert.That(await used.ErrorAsync(), Is.InstanceOf<ConnectionClosedException>().Or.InstanceOf<ConnectException>());
    }

    [Test]
    public async Task A_server_without_tls_is_told_apart_from_one_that_is_down()
    {
        using var reach = Reaches.Of("tcp v4");
        await using var server = new TestServer(reach, new ServerOptions(), listener => listener
            .Serve(c => c.Inbound.Bytes().Take(1).Select(_ => (ReadOnlyMemory<byte>)"who are you?\r\n"u8.ToArray())).Subscribe());
        Assert.That((await FailsAsync(server, Trusting)).Message, Does.Contain("TLS handshake failed"));
    }

    [Test]
    public void A_silent_server_is_given_up_at_the_timeout_and_nothing_is_left()
    {
        var server = new VirtualServer();
        var timers = new CountingScheduler(server.Time);
        var connected = RxClient.Connect(
            server.Listener.LocalEndPoint, new ClientOptions { Tls = Trusting, Scheduler = timers, ConnectTimeout = TimeSpan.FromSeconds(3) }).Probe();
        server.Settle();
        var silent = server.Accept();
        server.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(2));
        Assert.That(connected.IsEnded, Is.False);
        server.Advance(TimeSpan.FromTicks(2));
        Assert.That(connected.Error, Is.InstanceOf<ConnectException>().With.Property(nameof(ConnectException.SocketError)).EqualTo(SocketError.TimedOut));
        silent.Inbound.Probe();
        server.Settle();
        Assert.That(silent.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That(timers.Pending, Is.Zero);
    }

    [Test]
    public void Leaving_during_the_handshake_ends_it()
    {
        var server = new VirtualServer();
        var connected = RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Tls = Trusting, Scheduler = server.Time }).Probe();
        server.Settle();
        var silent = server.Accept();
        connected.Dispose();
        silent.Inbound.Probe();
        server.Settle();
        Assert.That(silent.Closed.Result.Kind, Is.EqualTo(CloseKind.PeerReset));
        Assert.That((connected.Items.Count, connected.IsEnded), Is.EqualTo((0, false)));
    }

    [Test]
    public void Both_sides_run_in_virtual_time()
    {
        using var tls = new VirtualTls(serve: listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var connected = RxClient.Connect(tls.Server.Listener.LocalEndPoint, new ClientOptions { Tls = Trusting, Scheduler = tls.Server.Time }).Probe();
        tls.Server.Settle();
        Assert.That(connected.IsEnded);
        var client = connected.Items[0];
        var inbound = client.Inbound.Probe();
        tls.Server.Settle();
        for (var i = 0; i < 50; i++)
        {
            client.Outbound.OnNext(PeerReading.Noise(3_000, i));
            tls.Server.Settle();
            Assert.That(inbound.Bytes(), Has.Length.EqualTo(3_000 * (i + 1)));
        }

        client.Outbound.OnCompleted();
        tls.Server.Settle();
        Assert.That(inbound.IsEnded);
        Assert.That(client.Closed.Result.Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    private static TestServer Echo(Reach reach, ServerOptions options) => new(reach, options, listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());

    private static async Task<ConnectException> FailsAsync(TestServer server, TlsClientOptions tls) =>
        (ConnectException)await RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Tls = tls }).Probe().ErrorAsync();
}
