using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Whom servers and clients trust: authorities in every form, chains by an intermediate, and certificates that may be revoked.</summary>
public sealed class ClientVerificationSpec
{
    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _chained = TestAuthority.Trusted.IssueClient("a chained client", byIntermediate: true);
    private readonly X509Certificate2 _strange = TestAuthority.Stranger.IssueClient("a stranger");

    private static TlsClientOptions Trusting => new() { ServerName = "localhost", Authorities = [TestAuthority.Trusted.Root] };

    [OneTimeTearDown]
    public void GiveBack()
    {
        _chained.Dispose();
        _strange.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task An_authority_s_file_may_be_der()
    {
        var path = _folder.Write("root.der", TestAuthority.Trusted.Root.RawData);
        await using var server = new Verifying(ClientVerification.FromFile(path));
        Assert.That(await server.SubjectAsync(Trusting with { Certificate = Own(TestAuthority.Client) }), Is.EqualTo("CN=a client"));
        await server.RefusesAsync(Trusting with { Certificate = Own(_strange) });
    }

    [Test]
    public async Task A_file_may_name_two_authorities()
    {
        var path = _folder.Write("two.pem", $"{TestAuthority.Stranger.Root.ExportCertificatePem()}\n{TestAuthority.Trusted.Root.ExportCertificatePem()}\n");
        await using var server = new Verifying(ClientVerification.FromFile(path));
        Assert.That(await server.SubjectAsync(Trusting with { Certificate = Own(TestAuthority.Client) }), Is.EqualTo("CN=a client"));
        Assert.That(await server.SubjectAsync(Trusting with { Certificate = Own(_strange) }), Is.EqualTo("CN=a stranger"));
        await server.RefusesAsync(Trusting);
    }

    [Test]
    public async Task A_client_that_sends_its_intermediate_is_known_where_only_the_root_is_trusted([Values("tcp v4", "unix", "memory")] string kind)
    {
        await using var server = new Verifying(RootOnly, kind);
        Assert.That(await server.SubjectAsync(Trusting with { Certificate = Own(_chained, TestAuthority.Trusted.Intermediate) }), Is.EqualTo("CN=a chained client"));
    }

    [Test]
    public async Task A_client_that_does_not_send_its_intermediate_is_refused([Values("tcp v4", "unix", "memory")] string kind)
    {
        await using var server = new Verifying(RootOnly, kind);
        await server.RefusesAsync(Trusting with { Certificate = Own(_chained) });
    }

    [Test]
    public async Task The_framework_s_client_by_an_intermediate_is_known_if_it_sends_it(
        [Values] bool isSent, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version)
    {
        await using var server = new Verifying(RootOnly);
        using var peer = await TlsServingSpec.ConnectAsync(server.Server, client =>
        {
            client.EnabledSslProtocols = version;
            client.ClientCertificateContext = SslStreamCertificateContext.Create(_chained, isSent ? [TestAuthority.Trusted.Intermediate] : [], offline: true);
        });
        if (isSent)
        {
            Assert.That((await server.Server.AcceptAsync()).Tls!.ClientCertificate!.Subject, Is.EqualTo("CN=a chained client"));
            return;
        }

        Assert.That((await peer.ReceiveAsync().Soon()).IsError);
        await server.HasRefusedAsync(1);
    }

    [Test]
    public async Task A_client_that_may_be_revoked_is_refused_where_that_is_looked_up_and_served_by_default()
    {
        // There is no list of what was revoked, so that nobody can say that it was not.
        var known = Trusting with { Certificate = Own(TestAuthority.Client) };
        await using (var careful = new Verifying(RootOnly with { Revocation = X509RevocationMode.Offline }))
            await careful.RefusesAsync(known);
        await using var server = new Verifying(RootOnly);
        Assert.That(await server.SubjectAsync(known), Is.EqualTo("CN=a client"));
    }

    [Test]
    public async Task A_server_that_may_be_revoked_is_refused_where_that_is_looked_up_and_used_by_default()
    {
        using var reach = Reaches.Of("tcp v4");
        await using var server = new TestServer(reach, TlsServingSpec.Options());
        var failed = await RxClient.Connect(server.Listener.LocalEndPoint, new ClientOptions { Tls = Trusting with { Revocation = X509RevocationMode.Offline } })
            .Probe().ErrorAsync();
        Assert.That(failed, Is.InstanceOf<ConnectException>().With.Message.Contain("Revocation"));
        (await server.DialAsync(new ClientOptions { Tls = Trusting })).Abort();
    }

    private static ClientVerification RootOnly => ClientVerification.FromDer(TestAuthority.Trusted.Root.RawData);

    private static TlsCertificate Own(X509Certificate2 leaf, params X509Certificate2[] intermediates) => TlsCertificate.FromCertificate(leaf, [.. intermediates]);

    /// <summary>A server that asks who its clients are.</summary>
    private sealed class Verifying : IAsyncDisposable
    {
        private readonly MeterReader _meters = new();
        private readonly Reach _reach;

        public Verifying(ClientVerification verification, string kind = "tcp v4")
        {
            _reach = Reaches.Of(kind);
            Server = new TestServer(_reach, TlsServingSpec.Options(tls => tls with { ClientVerification = verification }) with { MeterFactory = _meters });
        }

        public TestServer Server { get; }

        /// <summary>Connects, and gives the name of the client as the server sees it.</summary>
        public async Task<string?> SubjectAsync(TlsClientOptions tls)
        {
            var client = await Server.DialAsync(new ClientOptions { Tls = tls });
            var subject = (await Server.AcceptAsync()).Tls!.ClientCertificate?.Subject;
            client.Abort();
            return subject;
        }

        /// <summary>Connects, and is refused: by the handshake, or, since a client of TLS 1.3 may be over with its part before, by the end of the connection.</summary>
        public async Task RefusesAsync(TlsClientOptions tls)
        {
            var used = RxClient.Use(Server.Listener.LocalEndPoint, connection => connection.Inbound.Bytes(), new ClientOptions { Tls = tls }).Probe();
            Assert.That(await used.ErrorAsync(), Is.InstanceOf<ConnectionClosedException>().Or.InstanceOf<ConnectException>());
            await HasRefusedAsync(1);
        }

        public Task HasRefusedAsync(int count) =>
            Patience.UntilAsync(() => _meters[$"rxglisten.tls.handshakes.failed/{CloseKind.ProtocolError}"] == count, $"{count} handshakes were refused");

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            _reach.Dispose();
            _meters.Dispose();
        }
    }
}
