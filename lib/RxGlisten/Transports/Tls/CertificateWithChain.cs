using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>A certificate with its private key, and the intermediates that lead from it to a root.</summary>
/// <param name="Leaf">The certificate itself.</param>
/// <param name="Intermediates">What is sent with it.</param>
internal sealed record CertificateWithChain(X509Certificate2 Leaf, X509Certificate2Collection Intermediates)
{
    /// <summary>Sees that it has a key and is valid now, by the wall clock, as its clients will.</summary>
    /// <exception cref="TlsCertificateException">It can't be served.</exception>
    public CertificateWithChain Checked(CertificateInput input)
    {
        if (!Leaf.HasPrivateKey)
            throw input.Wrong($"({Leaf.Subject}) has no private key; expected a certificate with its key");
        var (from, to) = (Leaf.NotBefore.ToUniversalTime(), Leaf.NotAfter.ToUniversalTime());
        if (to < DateTime.UtcNow)
            throw input.Wrong($"({Leaf.Subject}) has expired: it was valid until {to:u}. Renew it");
        if (from > DateTime.UtcNow)
            throw input.Wrong($"({Leaf.Subject}) is not valid yet: it will be from {from:u}. Check the clock of this machine");
        return this;
    }
}
