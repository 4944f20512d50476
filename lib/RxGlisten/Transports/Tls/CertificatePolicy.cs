using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>How the certificates of peers are verified.</summary>
internal static class CertificatePolicy
{
    /// <summary>Extended key usages (RFC 5280, 4.2.1.12).</summary>
    public static Oid ServerAuthentication => new("1.3.6.1.5.5.7.3.1");

    /// <inheritdoc cref="ServerAuthentication"/>
    public static Oid ClientAuthentication => new("1.3.6.1.5.5.7.3.2");

    /// <summary>Trusts these authorities and no others; the system's when there are none. Nothing is downloaded unless revocation is looked up.</summary>
    public static X509ChainPolicy Trusting(X509Certificate2Collection? authorities, Oid usage, X509RevocationMode revocation)
    {
        var policy = new X509ChainPolicy
        {
            DisableCertificateDownloads = revocation != X509RevocationMode.Online,
            RevocationMode = revocation,
            TrustMode = authorities is null ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
        };
        policy.ApplicationPolicy.Add(usage);
        if (authorities is not null)
            policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
