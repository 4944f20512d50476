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
