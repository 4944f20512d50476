using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A key of each kind and its certificate, for as long as the specs live.</summary>
internal static class TestKeys
{
    public const string Password = "open sesame";

    public static PbeParameters Encryption { get; } = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000);

    public static RSA Rsa { get; } = RSA.Create(2048);

    public static ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static X509Certificate2 OfRsa { get; } = TestAuthority.Trusted.IssueServer("localhost", Rsa);

    public static X509Certificate2 OfEc { get; } = TestAuthority.Trusted.IssueServer("localhost", Ec);
}
