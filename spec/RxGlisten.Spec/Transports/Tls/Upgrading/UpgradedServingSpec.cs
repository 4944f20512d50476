using System.Net;
using System.Reactive.Linq;
using System.Text;
using NUnit.Framework;
using RxGlisten.Spec.Harness;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Transports.Tls.Upgrading;

/// <summary>Servers that upgrade to TLS, on every kind of endpoint: with the library's own clients, and with openssl.</summary>
public sealed class UpgradedServingSpec
{
    private static readonly TlsOptions Localhost = TlsOptions.FromCertificate(TestAuthority.Localhost);
    private static readonly TlsClientOptions Trusting = new() { ServerName = "localhost", Authorities = [TestAuthority.Trusted.Root] };

    [Test]
    public async Task Clients_are_served_by_an_operator_over_the_upgrade([ValueSource(typeof(Reaches), nameof(Reaches.Names))] string kind)
    {
        using var meters = new MeterReader();
        using var reach = Reaches.Of(kind);
        await using var server = new TestServer(reach, new ServerOptions { MeterFactory = meters }, listener => listener.SelectConnection(Mail).Subscribe());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var sent = PeerReading.Noise(300_000, i);
            await using var client = await server.DialAsync();
            client.Outbound.OnNext("EHLO me\r\nSTARTTLS\r\n"u8.ToArray());
            var ready = client.Inbound.Bytes().Lines(1000).SkipWhile(line => !line.StartsWith("220 Go", StringComparison.Ordinal)).Take(1);
            var upgraded = from line in ready from connection in client.UpgradeToTls(Trusting) select connection;
            var echo = await upgraded.SelectConnection(secure =>
            {
                secure.Outbound.OnNext(sent);
                secure.Outbound.OnCompleted();
                return secure.Inbound.Bytes().Select(bytes => bytes.ToArray()).Aggregate(Array.Empty<byte>(), (all, next) => [.. all, .. next]);
            }).Timeout(TimeSpan.FromSeconds(30));
            Assert.That(echo.AsSpan().SequenceEqual(sent), Is.True, $"{echo.Length} of {sent.Length} bytes came back");
        })));
        await EndedAsync(meters, CloseKind.PeerClosed, 8);
        Assert.That((server.Listener.Connections.Count, server.Listener.Ledger.Accepted), Is.EqualTo((0, 8L)));
    }

    [Test]
    public async Task Openssl_upgrades_in_the_words_of_smtp([Values("tcp v4", "tcp v4 over sockets", "unix")] string kind, [Values("-tls1_2", "-tls1_3")] string version)
    {
        using var meters = new MeterReader();
        using var folder = new TempFolder();
        using var reach = Reaches.Of(kind);
        var root = folder.Write("root.pem", TestAuthority.Trusted.Root.ExportCertificatePem());
        await using var server = new TestServer(reach, new ServerOptions { MeterFactory = meters }, listener => listener.SelectConnection(Mail).Subscribe());
        string[] where = server.Listener.LocalEndPoint is IPEndPoint tcp ? ["-connect", $"127.0.0.1:{tcp.Port}"] : ["-unix", server.Listener.LocalEndPoint.ToString()!];
        using var openssl = new ForeignTool(
            "openssl", ["s_client", .. where, "-starttls", "smtp", version, "-CAfile", root, "-verify_return_error", "-servername", "localhost"]);
        await openssl.SayAsync("hello\n");
        await openssl.SaysAsync("hello");
        Assert.That(await openssl.EndAsync(), Is.Zero, openssl.Output);
        Assert.That(openssl.Output, Does.Contain("Verify return code: 0 (ok)").And.Contain(version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"));
        await EndedAsync(meters, CloseKind.PeerClosed, 1);
    }

    [Test]
    public async Task Openssl_sees_close_notify_when_the_server_ends_first()
    {
        using var folder = new TempFolder();
        using var reach = Reaches.Of("tcp v4");
        var root = folder.Write("root.pem", TestAuthority.Trusted.Root.ExportCertificatePem());
        await using var server = new TestServer(reach, new ServerOptions(), listener => listener.SelectConnection(connection => Secured(connection).Do(secure =>
        {
            secure.Outbound.OnNext("the last word\n"u8.ToArray());
            secure.Dispose();
        })).Subscribe());
        using var openssl = new ForeignTool(
            "openssl", ["s_client", "-connect", $"127.0.0.1:{((IPEndPoint)server.Listener.LocalEndPoint).Port}", "-starttls", "smtp", "-CAfile", root, "-msg", "-ign_eof"]);
        await openssl.SaysAsync("the last word");
        Assert.That(await openssl.EndAsync(), Is.Zero, openssl.Output);
        Assert.That(openssl.Output, Does.Match("<<< TLS 1.3, Alert .*close_notify").And.Not.Contain("unexpected eof"));
    }

    /// <summary>What it takes of SMTP to come to TLS, and an echo there.</summary>
    private static IObservable<ConnectionClosed> Mail(IConnection connection) => Secured(connection).Serve(secure => secure.Inbound.Bytes());

    private static IObservable<IConnection> Secured(IConnection connection)
    {
        connection.Outbound.OnNext("220 ready\r\n"u8.ToArray());
        var requests = connection.Inbound.Bytes().Lines(1000).Do(line => connection.Outbound.OnNext(Encoding.ASCII.GetBytes(
            line == "STARTTLS" ? "220 Go ahead\r\n" : "250-here\r\n250 STARTTLS\r\n")));
        return from request in requests.Where(line => line == "STARTTLS").Take(1) from secure in connection.UpgradeToTls(Localhost) select secure;
    }

    private static Task EndedAsync(MeterReader meters, CloseKind kind, int count) =>
        Patience.UntilAsync(() => meters[$"rxglisten.connections.closed/{kind}"] == count, $"{count} connections end as {kind}");
}
