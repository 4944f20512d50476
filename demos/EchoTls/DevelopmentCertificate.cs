using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Demos;

/// <summary>A certificate for this machine, for trying things out: nobody vouches for it, and its key is in memory only.</summary>
internal static class DevelopmentCertificate
{
    private static readonly TimeSpan s_life = TimeSpan.FromDays(30);

    /// <summary>Makes one for localhost and the loopback addresses.</summary>
    /// <param name="savePath">Where to write it (without its key), for clients to trust; null for nowhere.</param>
    /// <exception cref="TlsCertificateException">It can't be written there.</exception>
    public static TlsOptions Make(string? savePath)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // for servers
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now + s_life);
        var pem = certificate.ExportCertificatePem();
        if (savePath is not null)
            Save(savePath, pem);
        Console.WriteLine($"made a certificate for localhost, SHA-256 {certificate.GetCertHashString(HashAlgorithmName.SHA256)}");
        return TlsOptions.FromPem(pem, key.ExportPkcs8PrivateKeyPem());
    }

    private static void Save(string path, string pem)
    {
        try
        {
            File.WriteAllText(path, pem + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TlsCertificateException($"The certificate can't be written: {e.Message}", path, e);
        }
    }
}
