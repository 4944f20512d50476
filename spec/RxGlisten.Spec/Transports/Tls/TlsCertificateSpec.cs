using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using RxGlisten.Spec.Transports.Tls.Doubles;
using static RxGlisten.Spec.Transports.Tls.Doubles.TestKeys;

namespace RxGlisten.Spec.Transports.Tls;

/// <summary>Certificates and keys in every form that they come in, and what is said of those that can't be used.</summary>
public sealed class TlsCertificateSpec
{
    private static IEnumerable<TestCaseData> PemKeys()
    {
        yield return new TestCaseData(OfRsa, Rsa.ExportRSAPrivateKeyPem(), null).SetName("PEM: PKCS#1");
        yield return new TestCaseData(OfRsa, Rsa.ExportPkcs8PrivateKeyPem(), null).SetName("PEM: PKCS#8 of RSA");
        yield return new TestCaseData(OfRsa, Rsa.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption), Password).SetName("PEM: encrypted RSA");
        yield return new TestCaseData(OfEc, Ec.ExportECPrivateKeyPem(), null).SetName("PEM: SEC 1");
        yield return new TestCaseData(OfEc, Ec.ExportPkcs8PrivateKeyPem(), null).SetName("PEM: PKCS#8 of an elliptic curve");
        yield return new TestCaseData(OfEc, Ec.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption), Password).SetName("PEM: encrypted elliptic curve");
        yield return new TestCaseData(
                OfEc, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + Ec.ExportECPrivateKeyPem(), null)
            .SetName("PEM: SEC 1 after its parameters");
    }

    private static IEnumerable<TestCaseData> DerKeys()
    {
        yield return new TestCaseData(OfRsa, TlsKeyType.Rsa, Rsa.ExportRSAPrivateKey(), null).SetName("DER: PKCS#1");
        yield return new TestCaseData(OfRsa, TlsKeyType.Pkcs8, Rsa.ExportPkcs8PrivateKey(), null).SetName("DER: PKCS#8 of RSA");
        yield return new TestCaseData(OfEc, TlsKeyType.Ec, Ec.ExportECPrivateKey(), null).SetName("DER: SEC 1");
        yield return new TestCaseData(OfEc, TlsKeyType.Pkcs8, Ec.ExportPkcs8PrivateKey(), null).SetName("DER: PKCS#8 of an elliptic curve");
        yield return new TestCaseData(OfEc, TlsKeyType.EncryptedPkcs8, Ec.ExportEncryptedPkcs8PrivateKey(Password, Encryption), Password)
            .SetName("DER: encrypted");
    }

    [TestCaseSource(nameof(PemKeys))]
    public void A_key_in_pem_serves(X509Certificate2 certificate, string key, string? password)
    {
        using var folder = new TempFolder();
        var (certificatePath, keyPath) = (folder.Write("cert.pem", certificate.ExportCertificatePem()), folder.Write("key.pem", key));
        Serves(TlsOptions.FromPem(certificate.ExportCertificatePem(), key, password));
        Serves(TlsOptions.FromPemFiles(certificatePath, keyPath, password));
    }

    [TestCaseSource(nameof(DerKeys))]
    public void A_key_in_der_serves(X509Certificate2 certificate, TlsKeyType type, byte[] key, string? password) =>
        Serves(TlsOptions.FromDer(certificate.RawData, type, key, password));

    [Test]
    public void Pkcs12_serves([Values(null, Password)] string? password)
    {
        using var folder = new TempFolder();
        Serves(TlsOptions.FromPfx(folder.Write("server.pfx", OfRsa.Export(X509ContentType.Pfx, password)), password));
    }

    [Test]
    public void A_certificate_and_its_key_may_be_in_one_file()
    {
        using var folder = new TempFolder();
        var path = folder.Write("both.pem", Rsa.ExportPkcs8PrivateKeyPem() + "\n" + OfRsa.ExportCertificatePem());
        Serves(TlsOptions.FromPemFiles(path, path));
    }

    [Test]
    public void Intermediates_come_with_pem_der_and_pkcs12()
    {
        using var leaf = TestAuthority.Trusted.IssueServer("localhost", Ec, byIntermediate: true);
        var intermediate = TestAuthority.Trusted.Intermediate;
        using var folder = new TempFolder();
        Serves(TlsOptions.FromPem(leaf.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem(), Ec.ExportECPrivateKeyPem()));
        Serves(TlsOptions.FromDer(leaf.RawData, TlsKeyType.Ec, Ec.ExportECPrivateKey(), intermediates: [intermediate.RawData]));
        var all = new X509Certificate2Collection { X509CertificateLoader.LoadCertificate(intermediate.RawData), leaf };
        Serves(TlsOptions.FromPfx(folder.Write("chain.pfx", all.Export(X509ContentType.Pfx, Password)!), Password));
    }

    [Test]
    public void A_missing_file_is_named()
    {
        using var folder = new TempFolder();
        var certificate = folder.Write("cert.pem", OfRsa.ExportCertificatePem());
        var nowhere = Path.Combine(folder.Path, "nowhere.pem");
        Fails(() => TlsOptions.FromPemFiles(nowhere, certificate), nowhere, "certificate file", "does not exist");
        Fails(() => TlsOptions.FromPemFiles(certificate, nowhere), nowhere, "key file", "does not exist");
        Fails(() => TlsOptions.FromPemFiles(certificate, folder.Path), folder.Path, "key file", "can't be read");
        Fails(() => TlsOptions.FromPfx(nowhere), nowhere, "does not exist");
        Fails(() => ClientVerification.FromFile(nowhere), nowhere, "authority file", "does not exist");
    }

    [Test]
    public void A_file_that_holds_something_else_is_named_with_what_was_expected()
    {
        using var folder = new TempFolder();
        var certificate = folder.Write("cert.pem", OfRsa.ExportCertificatePem());
        var key = folder.Write("key.pem", Rsa.ExportRSAPrivateKeyPem());
        var text = folder.Write("notes.txt", "remember the milk");
        var der = folder.Write("cert.der", OfRsa.RawData);
        var damaged = folder.Write("damaged.pem", PemEncoding.WriteString("CERTIFICATE", [1, 2, 3, 4]));
        var damagedKey = folder.Write("damaged-key.pem", PemEncoding.WriteString("RSA PRIVATE KEY", [1, 2, 3, 4]));
        Fails(() => TlsOptions.FromPemFiles(text, key), text, "BEGIN CERTIFICATE", "first");
        Fails(() => TlsOptions.FromPemFiles(key, key), key, "BEGIN CERTIFICATE");
        Fails(() => TlsOptions.FromPemFiles(der, key), der, "looks like DER");
        Fails(() => TlsOptions.FromPemFiles(damaged, key), damaged, "damaged");
        Fails(() => TlsOptions.FromPemFiles(certificate, text), text, "no private key", "RSA PRIVATE KEY");
        Fails(() => TlsOptions.FromPemFiles(certificate, certificate), certificate, "no private key");
        Fails(() => TlsOptions.FromPemFiles(certificate, damagedKey), damagedKey, "damaged", "PKCS#1");
        Fails(() => TlsOptions.FromPfx(text), text, "PKCS#12");
        Fails(() => ClientVerification.FromFile(text), text, "authorities");
        Fails(() => TlsOptions.FromDer([1, 2], TlsKeyType.Rsa, [3]), null, "not a certificate");
        Fails(() => TlsOptions.FromDer(OfRsa.RawData, TlsKeyType.Pkcs8, [3]), null, "The key is damaged", "PKCS#8");
        Fails(() => ClientVerification.FromDer([1, 2]), null);
    }

    [Test]
    public void A_key_that_is_another_s_is_named()
    {
        using var folder = new TempFolder();
        using var other = RSA.Create(2048);
        var certificate = folder.Write("cert.pem", OfRsa.ExportCertificatePem());
        var key = folder.Write("other.pem", other.ExportPkcs8PrivateKeyPem());
        var ec = folder.Write("ec.pem", Ec.ExportPkcs8PrivateKeyPem());
        var sec1 = folder.Write("sec1.pem", Ec.ExportECPrivateKeyPem());
        Fails(() => TlsOptions.FromPemFiles(certificate, key), key, "does not belong to the certificate", "CN=localhost");
        Fails(() => TlsOptions.FromPemFiles(certificate, ec), ec, "does not belong to the certificate");
        Fails(() => TlsOptions.FromPemFiles(certificate, sec1), sec1, "does not belong to the certificate");
        Fails(() => TlsOptions.FromDer(OfEc.RawData, TlsKeyType.Rsa, Rsa.ExportRSAPrivateKey()), null, "does not belong to the certificate");
    }

    [Test]
    public void A_password_that_is_missing_or_wrong_is_asked_for()
    {
        using var folder = new TempFolder();
        var certificate = folder.Write("cert.pem", OfRsa.ExportCertificatePem());
        var key = folder.Write("key.pem", Rsa.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption));
        var pfx = folder.Write("server.pfx", OfRsa.Export(X509ContentType.Pfx, Password));
        var old = folder.Write("old.pem", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        Fails(() => TlsOptions.FromPemFiles(certificate, key), key, "is encrypted", "password");
        Fails(() => TlsOptions.FromPemFiles(certificate, key, "wrong"), key, "password is wrong");
        Fails(() => TlsOptions.FromPemFiles(certificate, old, "any"), old, "openssl pkcs8 -topk8");
        Fails(() => TlsOptions.FromPfx(pfx), pfx, "needs a password");
        Fails(() => TlsOptions.FromPfx(pfx, "wrong"), pfx, "password is wrong");
    }

    [Test]
    public void A_certificate_out_of_its_time_or_without_a_key_is_refused()
    {
        var now = DateTimeOffset.UtcNow;
        using var expired = TestAuthority.Trusted.IssueServer("old", Ec, from: now.AddDays(-9), to: now.AddDays(-1));
        using var early = TestAuthority.Trusted.IssueServer("young", Ec, from: now.AddDays(1), to: now.AddDays(9));
        using var bare = X509CertificateLoader.LoadCertificate(OfRsa.RawData);
        using var folder = new TempFolder();
        var path = folder.Write("expired.pem", expired.ExportCertificatePem());
        var key = folder.Write("key.pem", Ec.ExportECPrivateKeyPem());
        Fails(() => TlsOptions.FromPemFiles(path, key), path, "CN=old", "has expired");
        Fails(() => TlsOptions.FromCertificate(early), null, "CN=young", "not valid yet");
        Fails(() => TlsOptions.FromCertificate(bare), null, "no private key");
    }

    [Test]
    public void The_defaults_are_those_that_are_promised()
    {
        var tls = TlsOptions.FromCertificate(OfRsa);
        Assert.That((tls.HandshakeTimeout, tls.HandshakeLimit, tls.MinimumVersion), Is.EqualTo((TimeSpan.FromSeconds(10), 1024, SslProtocols.Tls12)));
        Assert.That((tls.ReloadInterval, tls.ClientVerification), Is.EqualTo((Timeout.InfiniteTimeSpan, ClientVerification.Off)));
        Assert.That(tls.Alpn, Is.Empty);
    }

    [Test]
    public void Options_out_of_range_are_named_when_the_server_binds()
    {
        var tls = TlsOptions.FromCertificate(OfRsa);
        OutOfRange(tls with { HandshakeLimit = 0 }, "HandshakeLimit");
        OutOfRange(tls with { HandshakeTimeout = TimeSpan.Zero }, "HandshakeTimeout");
        OutOfRange(tls with { ReloadInterval = TimeSpan.Zero }, "ReloadInterval");
        OutOfRange(tls with { MinimumVersion = SslProtocols.None }, "MinimumVersion");
        OutOfRange(tls with { Alpn = ["h2", ""] }, "Alpn");
        OutOfRange(tls with { ServerNames = new Dictionary<string, TlsCertificate> { ["example.org"] = null! } }, "ServerNames");
        OutOfRange(tls with { ServerNames = new Dictionary<string, TlsCertificate> { ["example.org"] = tls.Certificate, ["Example.org"] = tls.Certificate } }, "ServerNames");
        Assert.That(() => RxServer.Bind("0", new ServerOptions { Tls = tls with { ServerNames = null! } }), Throws.ArgumentNullException.With.Message.Contains("ServerNames"));
        static void OutOfRange(TlsOptions options, string name) => Assert.That(
            Assert.Throws<ArgumentOutOfRangeException>(() => RxServer.Bind("0", new ServerOptions { Tls = options }))!.ParamName, Is.EqualTo(name));
    }

    private static void Serves(TlsOptions options)
    {
        using var tls = new VirtualTls(_ => options);
        tls.Pair();
    }

    private static void Fails(Func<object> make, string? path, params string[] said)
    {
        var failed = Assert.Throws<TlsCertificateException>(() => make())!;
        Assert.That(failed.Path, Is.EqualTo(path));
        if (path is not null)
            Assert.That(failed.Message, Does.Contain(path));
        foreach (var words in said)
            Assert.That(failed.Message, Does.Contain(words));
    }
}
