using System.Net;
using System.Reactive.Linq;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>What openssl and curl see of a server with TLS, on TCP and on unix sockets.</summary>
public sealed class ForeignClientsSpec
{
    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _named = TestAuthority.Trusted.IssueServer("one.example", TestKeys.Ec, byIntermediate: true);
    private string _root = "";
    private string _strangersRoot = "";
    private string[] _client = [];
    private string[] _stranger = [];

    [OneTimeSetUp]
    public void WriteFiles()
    {
        _root = _folder.Write("root.pem", TestAuthority.Trusted.Root.ExportCertificatePem());
        _strangersRoot = _folder.Write("strangers-root.pem", TestAuthority.Stranger.Root.ExportCertificatePem());
        _client = Files("client", TestAuthority.Client);
        _stranger = Files("stranger", TestAuthority.Stranger.IssueClient("a stranger"));
    }

    [OneTimeTearDown]
    public void GiveBack()
    {
        _named.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Openssl_sees_the_certificate_of_the_name_the_protocol_and_its_echo(
        [Values("tcp v4", "unix")] string kind, [Values("-tls1_2", "-tls1_3")] string version)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = Echo(reach, Options(meters));
        using var openssl = new ForeignTool(
            "openssl", [.. Client(server), version, "-CAfile", _root, "-verify_return_error", "-servername", "one.example", "-alpn", "spdy/3,h2"]);
        await openssl.SayAsync("hello\n");
        await openssl.SaysAsync("hello");
        Assert.That(await openssl.EndAsync(), Is.Zero, openssl.Output);
        Assert.That(openssl.Output, Does.Match("subject=CN ?= ?one\\.example").And.Contain("Verify return code: 0 (ok)").And.Contain("ALPN protocol: h2"));
        Assert.That(openssl.Output, Does.Contain(version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"));
        await EndedAsync(meters, CloseKind.PeerClosed, 1);
    }

    [Test]
    public async Task Openssl_sees_the_default_certificate_for_another_name_and_no_protocol_where_it_offers_none()
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of("tcp v4");
        await using var server = Echo(reach, Options(meters));
        using var openssl = new ForeignTool("openssl", [.. Client(server), "-CAfile", _root, "-servername", "two.example"]);
        await openssl.SayAsync("hello\n");
        await openssl.SaysAsync("hello");
        await openssl.EndAsync();
        Assert.That(openssl.Output, Does.Match("subject=CN ?= ?localhost").And.Contain("No ALPN negotiated"));
    }

    [Test]
    public async Task Openssl_sees_close_notify_before_the_end_when_the_server_ends_first(
        [ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values("-tls1_2", "-tls1_3")] string version)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, Options(meters));
        using var openssl = new ForeignTool("openssl", [.. Client(server), version, "-CAfile", _root, "-msg", "-ign_eof"]);
        var connection = await server.AcceptAsync();
        connection.Outbound.OnNext("the last word\n"u8.ToArray());
        connection.Dispose();
        await openssl.SaysAsync("the last word");
        Assert.That(await openssl.EndAsync(), Is.Zero, openssl.Output);
        Assert.That(openssl.Output, Does.Match($"(?s)the last word.*<<< TLS {version[^3..].Replace('_', '.')}, Alert [^\n]*close_notify").And.Not.Contain("unexpected eof"));
        Assert.That((await connection.Closed.Soon()).Kind, Is.EqualTo(CloseKind.LocalClosed));
    }

    [Test]
    public async Task Openssl_is_refused_without_a_certificate_and_with_a_stranger_s_and_served_with_the_right_one(
        [Values("tcp v4", "unix")] string kind, [Values("-tls1_2", "-tls1_3")] string version)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = Echo(reach, Options(meters, tls => tls with { ClientVerification = ClientVerification.FromFile(_root) }));
        var refusals = 0;
        foreach (var own in new string[][] { [], ["-cert", _stranger[0], "-key", _stranger[1]] })
        {
            using var refused = new ForeignTool("openssl", [.. Client(server), version, "-CAfile", _root, .. own]);
            await refused.SayAsync("hello\n");
            await EndedAsync(meters, CloseKind.ProtocolError, ++refusals);
            await refused.EndAsync();
            Assert.That(refused.Output, Does.Not.Contain("hello"));
        }

        using var openssl = new ForeignTool("openssl", [.. Client(server), version, "-CAfile", _root, "-cert", _client[0], "-key", _client[1]]);
        await openssl.SayAsync("hello\n");
        await openssl.SaysAsync("hello");
        Assert.That(await openssl.EndAsync(), Is.Zero, openssl.Output);
        Assert.That(openssl.Output, Does.Contain("Acceptable client certificate CA names").And.Match("CN ?= ?Trusted root"));
    }

    [Test]
    public async Task Openssl_that_trusts_somebody_else_refuses_the_server_and_the_server_goes_on(
        [ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind, [Values("-tls1_2", "-tls1_3")] string version)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = Echo(reach, Options(meters));
        using var openssl = new ForeignTool("openssl", [.. Client(server), version, "-CAfile", _strangersRoot, "-verify_return_error"]);
        await openssl.SayAsync("hello\n");
        await EndedAsync(meters, CloseKind.ProtocolError, 1);
        Assert.That(await openssl.EndAsync(), Is.Not.Zero);
        Assert.That(openssl.Output, Does.Contain("verify error").And.Not.Contain("hello"));
        using var other = new ForeignTool("openssl", [.. Client(server), version, "-CAfile", _root, "-verify_return_error"]);
        await other.SayAsync("hello\n");
        await other.SaysAsync("hello");
    }

    [Test]
    public async Task Curl_gets_a_page_where_both_sides_trust_each_other([ValueSource(typeof(Reaches), nameof(Reaches.Streams))] string kind)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(
            reach,
            Options(meters, tls => tls with { ClientVerification = ClientVerification.FromFile(_root), Alpn = ["http/1.1"] }),
            listener => listener.Serve(c => Page(c)).Subscribe());
        string[] where = server.Listener.LocalEndPoint is IPEndPoint tcp
            ? ["--resolve", $"one.example:{tcp.Port}:127.0.0.1", $"https://one.example:{tcp.Port}/"]
            : ["--unix-socket", server.Listener.LocalEndPoint.ToString()!, "https://one.example/"];
        using var curl = new ForeignTool("curl", ["-sv", "--max-time", "20", "--cacert", _root, "--cert", _client[0], "--key", _client[1], .. where]);
        Assert.That(await curl.EndAsync(), Is.Zero, curl.Output);
        Assert.That(curl.Output, Does.Contain("a page").And.Contain("server accepted http/1.1").And.Match("CN ?= ?one.example"));

        // Nobody it trusts signed for the server.
        using var distrustful = new ForeignTool("curl", ["-sS", "--max-time", "20", "--cacert", _strangersRoot, "--cert", _client[0], "--key", _client[1], .. where]);
        Assert.That(await distrustful.EndAsync(), Is.EqualTo(60), distrustful.Output);
        Assert.That(distrustful.Output, Does.Not.Contain("a page"));

        // Nobody the server trusts signed for it, and nobody at all. It hears of it as an end: on Linux the framework sends no alert for a certificate.
        foreach (var own in new string[][] { ["--cert", _stranger[0], "--key", _stranger[1]], [] })
        {
            using var refused = new ForeignTool("curl", ["-sS", "--max-time", "20", "--cacert", _root, .. own, .. where]);
            Assert.That(await refused.EndAsync(), Is.Not.Zero);
            Assert.That(refused.Output, Does.Not.Contain("a page"));
        }

        // The first may have hung up with the end of the server's greeting unread: then a reset overtakes what it says of the reason.
        const string failed = "rxglisten.tls.handshakes.failed";
        await Patience.UntilAsync(() => meters[failed] == 3, "three handshakes failed");
        Assert.That(meters[$"{failed}/{CloseKind.ProtocolError}"] + meters[$"{failed}/{CloseKind.PeerReset}"], Is.EqualTo(3));
        Assert.That(meters[$"{failed}/{CloseKind.ProtocolError}"], Is.AtLeast(2));
    }

    private static IObservable<ReadOnlyMemory<byte>> Page(IConnection connection) =>
        connection.Inbound.Bytes().Take(1).Select(_ => (ReadOnlyMemory<byte>)"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\na page\n"u8.ToArray());

    private static TestServer Echo(Reach reach, ServerOptions options) => new(reach, options, listener => listener.Serve(c => c.Inbound.Bytes()).Subscribe());

    private static Task EndedAsync(MeterReader meters, CloseKind kind, int count) =>
        Patience.UntilAsync(() => meters[$"rxglisten.connections.closed/{kind}"] == count, $"{count} connections end as {kind}");

    private static string[] Client(TestServer server) => server.Listener.LocalEndPoint is IPEndPoint tcp
        ? ["s_client", "-connect", $"127.0.0.1:{tcp.Port}"]
        : ["s_client", "-unix", server.Listener.LocalEndPoint.ToString()!];

    private ServerOptions Options(MeterReader meters, Func<TlsOptions, TlsOptions>? configure = null)
    {
        var options = TlsServingSpec.Options(tls => tls with
        {
            Alpn = ["h2", "http/1.1"],
            ServerNames = new Dictionary<string, TlsCertificate> { ["one.example"] = TlsCertificate.FromCertificate(_named, [TestAuthority.Trusted.Intermediate]) },
        });
        return options with { Tls = configure?.Invoke(options.Tls!) ?? options.Tls, MeterFactory = meters };
    }

    private string[] Files(string name, X509Certificate2 certificate) =>
    [
        _folder.Write($"{name}.pem", certificate.ExportCertificatePem()),
        _folder.Write($"{name}-key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
    ];
}
