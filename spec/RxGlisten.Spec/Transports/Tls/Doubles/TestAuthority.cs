using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten.Spec.Transports.Tls.Doubles;

/// <summary>A certificate authority that lives as long as the specs do. Its keys are in memory only.</summary>
internal sealed class TestAuthority
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly Lazy<X509Certificate2> _intermediate;

    private TestAuthority(string name)
    {
        Root = Issue($"CN={name} root", null, RSA.Create(2048), authority: true, [], Now.AddYears(1));
        _intermediate = new(() => Issue($"CN={name} intermediate", Root, RSA.Create(2048), authority: true, [], Now.AddMonths(6)));
    }

    /// <summary>The one that peers trust.</summary>
    public static TestAuthority Trusted { get; } = new("Trusted");

    /// <summary>One that nobody trusts.</summary>
    public static TestAuthority Stranger { get; } = new("Stranger");

    /// <summary>A server's certificate for localhost. Its key is RSA, so that signatures are all of one length, and handshakes with them.</summary>
    public static X509Certificate2 Localhost { get; } = Trusted.IssueServer("localhost");

    /// <summary>A client's.</summary>
    public static X509Certificate2 Client { get; } = Trusted.IssueClient("a client");

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate => _intermediate.Value;

    /// <summary>A server's certificate.</summary>
    public X509Certificate2 IssueServer(
        string name, AsymmetricAlgorithm? key = null, bool byIntermediate = false, DateTimeOffset? from = null, DateTimeOffset? to = null, int? serial = null) =>
        Issue($"CN={name}", byIntermediate ? Intermediate : Root, key ?? RSA.Create(2048), false, [name], to ?? Now.AddMonths(3), from, serial);

    /// <summary>A client's.</summary>
    public X509Certificate2 IssueClient(string name, bool byIntermediate = false) =>
        Issue($"CN={name}", byIntermediate ? Intermediate : Root, ECDsa.Create(ECCurve.NamedCurves.nistP256), false, [], Now.AddMonths(3));

    private static X509Certificate2 Issue(
        string subject, X509Certificate2? issuer, AsymmetricAlgorithm key, bool authority, string[] names, DateTimeOffset to, DateTimeOffset? from = null, int? serial = null)
    {
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        if (authority)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        }
        else
        {
            var usage = names.Length > 0 ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        }

        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                alternatives.AddDnsName(name);
                if (name == "localhost")
                    alternatives.AddIpAddress(IPAddress.Loopback);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        var start = from ?? Now.AddDays(-1);
        if (issuer is null)
            return request.CreateSelfSigned(start, to);
        var number = serial is { } given ? BitConverter.GetBytes(given).Reverse().ToArray() : RandomNumberGenerator.GetBytes(8);
        number[0] &= 0x7F;
        var generator = X509SignatureGenerator.CreateForRSA(issuer.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1);
        using var issued = request.Create(issuer.SubjectName, generator, start, to, number);
        return key is RSA own ? issued.CopyWithPrivateKey(own) : issued.CopyWithPrivateKey((ECDsa)key);
    }
}
