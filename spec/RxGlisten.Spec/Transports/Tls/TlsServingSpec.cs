using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Servers with TLS, as their handlers and their clients see them, on every kind of endpoint.</summary>
public sealed class TlsServingSpec
{
    [Test]
    public async Task An_echo_comes_back_encrypted([ValueSource(typeof(Reaches), nameof(Reaches.Names))] string kind)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Options(), listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());
        var peer = await ConnectAsync(server);
        var sent = PeerReading.Noise(300_000, 1);
        var read = peer.ReadToEndAsync();
        await peer.SendAsync(sent).Soon();
        peer.FinishSending();
        var received = await read.Soon();
        Assert.That(received.Bytes.AsSpan().SequenceEqual(sent));
        Assert.That(received.Error, Is.EqualTo(SocketError.Success), "close_notify came before the FIN");
    }

    [Test]
    public async Task A_stream_that_is_cut_is_told_apart_from_one_that_ended(
        [ValueSource(typeof(Reaches), nameof(Reaches.Names))] string kind, [Values] bool isCut, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Options());
        var peer = await ConnectAsync(server, client => client.EnabledSslProtocols = version);
        var connection = await server.AcceptAsync();
        var inbound = connection.Inbound.Probe(onEnd: connection.Dispose);
        await peer.SendAsync("Pay 100"u8.ToArray()).Soon();
        if (isCut)
            peer.Cut();
        else
            peer.FinishSending();
        var reason = await connection.Closed.Soon();
        await inbound.EndAsync();
        Assert.That(inbound.Text(), Is.EqualTo("Pay 100"), "what came is delivered");
        Assert.That(reason.Kind, Is.EqualTo(isCut ? CloseKind.PeerReset : CloseKind.PeerClosed));
        if (isCut)
            Assert.That(reason.Detail, Does.Contain("close_notify"));
    }

    [Test]
    public async Task The_connection_says_what_was_agreed_on([Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version)
    {
        using var reach = Reaches.Of("tcp v4");
        await using var server = new TestServer(reach, Options(tls => tls with { Alpn = ["h2", "http/1.1"] }));
        var peer = await ConnectAsync(server, client =>
        {
            client.EnabledSslProtocols = version;
            client.ApplicationProtocols = [new SslApplicationProtocol("http/1.1")];
        });
        var connection = await server.AcceptAsync();
        await peer.Handshake.Soon();
        var info = connection.Tls!;
        Assert.That(info.Protocol, Is.EqualTo(version));
        Assert.That(info.Cipher, Is.EqualTo(peer.Ssl.NegotiatedCipherSuite));
        Assert.That(info.Alpn, Is.EqualTo("http/1.1"));
        Assert.That(info.ServerName, Is.EqualTo("localhost"));
        Assert.That(info.ClientCertificate, Is.Null);
    }

    [Test]
    public async Task A_client_without_alpn_is_served_and_one_that_offers_something_else_is_refused()
    {
        using var reach = Reaches.Of("memory");
        await using var server = new TestServer(reach, Options(tls => tls with { Alpn = ["h2"] }));
        var plain = await ConnectAsync(server);
        Assert.That((await server.AcceptAsync()).Tls!.Alpn, Is.Null);
        await plain.Handshake.Soon();
        var other = await ConnectAsync(server, client => client.ApplicationProtocols = [new SslApplicationProtocol("smtp")]);
        Assert.That(async () => await other.Handshake.Soon(), Throws.InstanceOf<AuthenticationException>());
    }

    [Test]
    [SuppressMessage("Security", "CA5359", Justification = "Which certificate is presented is what is looked at.")]
    public async Task A_name_gets_its_certificate_and_any_other_the_default()
    {
        using var one = TestAuthority.Trusted.IssueServer("one.example");
        using var any = TestAuthority.Trusted.IssueServer("*.any.example");
        using var reach = Reaches.Of("memory");
        await using var server = new TestServer(reach, Options(tls => tls with
        {
            ServerNames = new Dictionary<string, TlsCertificate>
            {
                ["One.Example"] = TlsCertificate.FromCertificate(one),
                ["*.any.example"] = TlsCertificate.FromCertificate(any),
            },
        }));
        async Task<string> Presented(string name)
        {
            var peer = await ConnectAsync(server, client =>
            {
                client.TargetHost = name;
                client.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            });
            await peer.Handshake.Soon();
            Assert.That((await server.AcceptAsync()).Tls!.ServerName, Is.EqualTo(name.Length == 0 ? null : name));
            return peer.Ssl.RemoteCertificate!.Subject;
        }

        Assert.That(await Presented("one.example"), Is.EqualTo("CN=one.example"));
        Assert.That(await Presented("a.any.example"), Is.EqualTo("CN=*.any.example"));
        Assert.That(await Presented("a.b.any.example"), Is.EqualTo("CN=localhost"));
        Assert.That(await Presented("any.example"), Is.EqualTo("CN=localhost"));
        Assert.That(await Presented("two.example"), Is.EqualTo("CN=localhost"));
        Assert.That(await Presented(""), Is.EqualTo("CN=localhost"));
    }

    [Test]
    public async Task Intermediates_are_sent_so_that_a_client_needs_only_the_root()
    {
        using var leaf = TestAuthority.Trusted.IssueServer("localhost", byIntermediate: true);
        using var reach = Reaches.Of("memory");
        await using var server = new TestServer(
            reach, new ServerOptions { Tls = TlsOptions.FromCertificate(leaf, [TestAuthority.Trusted.Intermediate]) });
        var peer = await ConnectAsync(server);
        await peer.Handshake.Soon();
        Assert.That(peer.Ssl.RemoteCertificate!.Issuer, Is.EqualTo("CN=Trusted intermediate"));
    }

    [Test]
    public async Task An_old_version_is_refused()
    {
        using var reach = Reaches.Of("memory");
        await using var server = new TestServer(reach, Options(tls => tls with { MinimumVersion = SslProtocols.Tls13 }));
        var peer = await ConnectAsync(server, client => client.EnabledSslProtocols = SslProtocols.Tls12);
        Assert.That(async () => await peer.Handshake.Soon(), Throws.InstanceOf<AuthenticationException>());
    }

    [Test]
    public async Task A_client_proves_who_it_is([Values("tcp v4", "unix", "memory")] string kind, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Verifying());
        await ConnectAsync(server, client =>
        {
            client.EnabledSslProtocols = version;
            client.ClientCertificates = [TestAuthority.Client];
        });
        Assert.That((await server.AcceptAsync()).Tls!.ClientCertificate!.Subject, Is.EqualTo("CN=a client"));
    }

    [Test]
    public async Task A_client_without_a_certificate_is_refused([Values("tcp v4", "unix", "memory")] string kind, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version) =>
        await RefusedAsync(kind, Verifying(), client => client.EnabledSslProtocols = version);

    [Test]
    public async Task A_client_with_a_strangers_certificate_is_refused(
        [Values("tcp v4", "unix", "memory")] string kind, [Values] bool required, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version)
    {
        using var strange = TestAuthority.Stranger.IssueClient("a stranger");
        await RefusedAsync(kind, Verifying(required), client =>
        {
            client.EnabledSslProtocols = version;
            client.ClientCertificates = [strange];
            client.LocalCertificateSelectionCallback = (_, _, _, _, _) => strange;
        });
    }

    [Test]
    public async Task A_server_s_certificate_does_not_make_a_client() =>
        await RefusedAsync("memory", Verifying(), client => client.ClientCertificates = [TestAuthority.Localhost]);

    [Test]
    public async Task Where_verification_is_optional_a_client_without_a_certificate_is_served()
    {
        using var reach = Reaches.Of("unix");
        await using var server = new TestServer(reach, Verifying(required: false));
        await ConnectAsync(server);
        Assert.That((await server.AcceptAsync()).Tls!.ClientCertificate, Is.Null);
    }

    internal static ServerOptions Options(Func<TlsOptions, TlsOptions>? configure = null)
    {
        var tls = TlsOptions.FromCertificate(TestAuthority.Localhost);
        return new ServerOptions { Tls = configure?.Invoke(tls) ?? tls };
    }

    internal static async Task<TlsPeer> ConnectAsync(TestServer server, Action<SslClientAuthenticationOptions>? configure = null) =>
        new(await server.ConnectAsync(), configure);

    private static ServerOptions Verifying(bool required = true) => Options(tls => tls with
    {
        ClientVerification = ClientVerification.FromDer(TestAuthority.Trusted.Root.Export(X509ContentType.Cert)) with { IsRequired = required },
    });

    private static async Task RefusedAsync(string kind, ServerOptions options, Action<SslClientAuthenticationOptions> configure)
    {
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, options);
        var peer = await ConnectAsync(server, configure);

        // With TLS 1.3 the client's part may be over before the server looks at the certificate; then the refusal is the first thing it reads.
        var read = await peer.ReceiveAsync().Soon();
        Assert.That(read.IsError, Is.True);
        await Patience.UntilAsync(() => server.Listener.Ledger.Closed == 1, "the refused connection is closed");
        Assert.That(server.Listener.Ledger.Accepted, Is.EqualTo(1));

        // ... and the server goes on.
        await ConnectAsync(server, client => client.ClientCertificates = [TestAuthority.Client]);
        await server.AcceptAsync();
    }
}
