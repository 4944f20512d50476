using System.Reactive.Linq;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Transports.Tls.Doubles;

namespace RxGlisten.Spec.Docs;

/// <summary>The snippets of docs/guide/tls.md.</summary>
public sealed class TlsDocsSpec
{
    [Test]
    public async Task A_server_and_a_client_with_tls_and_certificates_on_both_sides()
    {
        using var folder = new TempFolder();
        var cert = folder.Write("cert.pem", TestKeys.OfEc.ExportCertificatePem());
        var key = folder.Write("key.pem", TestKeys.Ec.ExportPkcs8PrivateKeyPem());
        var clients = folder.Write("clients.pem", TestAuthority.Trusted.Root.ExportCertificatePem());
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0", Secured(cert, key, clients));
        using var serving = listener.Serve(connection => connection.Inbound.Bytes()).Subscribe();
        var port = ((System.Net.IPEndPoint)listener.LocalEndPoint).Port;
        var options = Trusting([TestAuthority.Trusted.Root], TlsCertificate.FromCertificate(TestAuthority.Client));
        var answer = await RxClient.Use($"tcp://localhost:{port}", connection =>
        {
            connection.Outbound.OnNext("hello"u8.ToArray());
            connection.Outbound.OnCompleted();
            return connection.Inbound.Bytes().Aggregate(0, (count, bytes) => count + bytes.Length);
        }, options).Timeout(TimeSpan.FromSeconds(30));
        Assert.That(answer, Is.EqualTo(5));
    }

    [Test]
    public async Task A_server_and_a_client_that_upgrade_in_mid_connection()
    {
        await using var listener = RxServer.Bind("tcp://127.0.0.1:0");
        using var serving = Upgrading(listener, TlsOptions.FromCertificate(TestAuthority.Localhost)).Subscribe();
        var port = ((System.Net.IPEndPoint)listener.LocalEndPoint).Port;
        await using var connection = await RxClient.Connect($"tcp://localhost:{port}").Timeout(TimeSpan.FromSeconds(30));
        connection.Outbound.OnNext("STARTTLS\r\n"u8.ToArray());
        var answer = await Answers(connection, [TestAuthority.Trusted.Root]).FirstAsync().Timeout(TimeSpan.FromSeconds(30));
        Assert.That(answer.ToArray(), Is.EqualTo("hello"u8.ToArray()));
    }

    private static IObservable<ConnectionClosed> Upgrading(IObservable<IConnection> connections, TlsOptions tls)
    {
        // snippet: tls-upgrade
        IObservable<ConnectionClosed> Mail(IConnection connection)
        {
            var requests = connection.Inbound.Bytes().Lines(1000).Where(line => line == "STARTTLS").Take(1); // and leaves: what follows is the handshake's
            var secured = requests.Do(_ => connection.Outbound.OnNext("220 Go ahead\r\n"u8.ToArray())).SelectMany(_ => connection.UpgradeToTls(tls));
            return secured.Serve(secure => secure.Inbound.Bytes());
        }

        var ended = connections.SelectConnection(Mail);
        // end
        return ended;
    }

    private static IObservable<ReadOnlyMemory<byte>> Answers(IConnection connection, X509Certificate2Collection authorities)
    {
        // snippet: tls-upgrade-client
        var answers =
            from greeting in connection.Inbound.Bytes().Lines(1000).Take(1)
            from secure in connection.UpgradeToTls(new TlsClientOptions { Authorities = authorities }).Do(secure => secure.Outbound.OnNext("hello"u8.ToArray()))
            from bytes in secure.Inbound.Bytes()
            select bytes;
        // end
        return answers;
    }

    private static ServerOptions Secured(string cert, string key, string clients)
    {
        // snippet: tls-server
        var options = new ServerOptions
        {
            Tls = TlsOptions.FromPemFiles(cert, key) with
            {
                Alpn = ["h2", "http/1.1"],
                ReloadInterval = TimeSpan.FromSeconds(10), // a renewed certificate is for new handshakes; old connections live on
                ClientVerification = ClientVerification.FromFile(clients) with { IsRequired = true },
            },
        };
        // end
        return options;
    }

    private static ClientOptions Trusting(X509Certificate2Collection authorities, TlsCertificate own)
    {
        // snippet: tls-client
        var options = new ClientOptions
        {
            Tls = new TlsClientOptions { Authorities = authorities, Certificate = own }, // the name to verify is the host of the address
        };
        // end
        return options;
    }
}
