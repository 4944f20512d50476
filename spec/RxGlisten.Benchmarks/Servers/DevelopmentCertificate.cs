using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>A certificate for localhost, on the curve that most servers have today.</summary>
internal static class DevelopmentCertificate
{
    public static X509Certificate2 Make()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
