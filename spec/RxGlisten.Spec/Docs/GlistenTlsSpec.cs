using System.Reactive.Linq;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/glisten.md that are about TLS.</summary>
public sealed class GlistenTlsSpec
{
    private readonly TempFolder _folder = new();

    [OneTimeTearDown]
    public void GiveBack() => _folder.Dispose();

    [Test]
    public async Task Certificates_from_files_and_from_memory_serve()
    {
        var (cert, key, keyType) = (TestKeys.OfEc.Export(X509ContentType.Cert), TestKeys.Ec.ExportECPrivateKey(), TlsKeyType.Ec);
        var (pem, keyPem) = (TestKeys.OfEc.ExportCertificatePem(), TestKeys.Ec.ExportPkcs8PrivateKeyPem());
        var (certfile, keyfile) = (_folder.Write("cert.pem", pem), _folder.Write("key.pem", keyPem));
        var pfx = _folder.Write("cert.pfx", TestKeys.OfEc.Export(X509ContentType.Pfx, TestKeys.Password));
        const string password = TestKeys.Password;
        // snippet: glisten-tls
        TlsOptions[] ways =
        [
            TlsOptions.FromPemFiles(certfile, keyfile),
            TlsOptions.FromPem(pem, keyPem),
            TlsOptions.FromDer(cert, keyType, key), // TlsKeyType: Rsa, Ec, Pkcs8, EncryptedPkcs8
            TlsOptions.FromPfx(pfx, password),
        ];
        var options = new ServerOptions { Tls = ways[0] };
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0", options);
        // end
        foreach (var way in ways)
            await EchoAsync(new ServerOptions { Tls = way }, new TlsClientOptions { Authorities = [TestAuthority.Trusted.Root], ServerName = "localhost" });
    }

    [TestCase("tcp://127.0.0.1:0")]
    [TestCase("unix:@rxglisten-docs-verification")]
    public async Task Clients_prove_who_they_are(string address)
    {
        var tls = TlsOptions.FromCertificate(TestAuthority.Localhost);
        var caFile = _folder.Write("ca.pem", TestAuthority.Trusted.Root.ExportCertificatePem());
        var caData = TestAuthority.Trusted.Root.Export(X509ContentType.Cert);
        // snippet: glisten-verification
        ClientVerification[] ways =
        [
            ClientVerification.FromFile(caFile),
            ClientVerification.FromDer(caData),
            ClientVerification.FromDer(caData) with { IsRequired = false }, // those who have no certificate may come too
        ];
        var options = new ServerOptions { Tls = tls with { ClientVerification = ways[0] } };
        // end
        var stranger = new TlsClientOptions { Authorities = [TestAuthority.Trusted.Root], ServerName = "localhost" };
        var known = stranger with { Certificate = TlsCertificate.FromCertificate(TestAuthority.Client) };
        foreach (var way in ways)
            await EchoAsync(new ServerOptions { Tls = tls with { ClientVerification = way } }, known, address);
        await EchoAsync(new ServerOptions { Tls = tls with { ClientVerification = ways[2] } }, stranger, address);
        Assert.That(async () => await EchoAsync(options, stranger, address), Throws.Exception, "a client without a certificate is refused");
    }

    [Test]
    public async Task A_protocol_is_agreed_on()
    {
        var tls = TlsOptions.FromCertificate(TestAuthority.Localhost);
        // snippet: glisten-alpn
        var options = new ServerOptions { Tls = tls with { Alpn = ["h2", "http/1.1"] } };
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0", options);
        using var serving = listener
            .Serve(connection => connection.Tls?.Alpn == "h2" ? Http2(connection) : Http1(connection))
            .Subscribe();
        // end
        var client = new TlsClientOptions { Authorities = [TestAuthority.Trusted.Root], Alpn = ["http/1.1"] };
        Assert.That(await AskAsync(ServerAddress.Format(listener.LocalEndPoint), client), Is.EqualTo("1"u8.ToArray()));
        Assert.That(await AskAsync(ServerAddress.Format(listener.LocalEndPoint), client with { Alpn = ["h2"] }), Is.EqualTo("2"u8.ToArray()));
    }

    [Test]
    public async Task The_low_level()
    {
        var tls = TlsOptions.FromCertificate(TestAuthority.Localhost);
        // snippet: glisten-low-tls
        using var listener = RxGlisten.Sockets.ListenSocket.Listen("tcp://127.0.0.1:0", new ServerOptions { Tls = tls });
        // end
        var accept = listener.AcceptAsync();
        var client = new ClientOptions { Tls = new TlsClientOptions { Authorities = [TestAuthority.Trusted.Root] } };
        using var peer = await RxGlisten.Sockets.ConnectedSocket.ConnectAsync(listener.LocalEndPoint, client).Soon();
        using var socket = await accept.Soon();
        await socket.SendAsync("hi mom"u8.ToArray()).Soon();
        Assert.That((await peer.ReceiveAsync(6).Soon()).ToArray(), Is.EqualTo("hi mom"u8.ToArray()));
    }

    private static IObservable<ReadOnlyMemory<byte>> Http1(IConnection connection) => connection.Inbound.Bytes().Take(1).Select(_ => (ReadOnlyMemory<byte>)"1"u8.ToArray());

    private static IObservable<ReadOnlyMemory<byte>> Http2(IConnection connection) => connection.Inbound.Bytes().Take(1).Select(_ => (ReadOnlyMemory<byte>)"2"u8.ToArray());

    private static async Task EchoAsync(ServerOptions options, TlsClientOptions client, string address = "tcp://127.0.0.1:0")
    {
        await using var listener = RxServer.Bind(address, options);
        using var serving = listener.Serve(connection => connection.Inbound.Bytes()).Subscribe();
        Assert.That(await AskAsync(ServerAddress.Format(listener.LocalEndPoint), client), Is.EqualTo("hi mom"u8.ToArray()));
    }

    private static async Task<byte[]> AskAsync(string address, TlsClientOptions client) => await RxClient.Use(
        address,
        connection =>
        {
            connection.Outbound.OnNext("hi mom"u8.ToArray());
            connection.Outbound.OnCompleted();
            return connection.Inbound.Bytes().Aggregate(Array.Empty<byte>(), (all, bytes) => [.. all, .. bytes.Span]);
        },
        new ClientOptions { Tls = client }).Timeout(TimeSpan.FromSeconds(30));
}
