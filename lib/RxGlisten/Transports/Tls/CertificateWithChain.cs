using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>A certificate with its private key, and the intermediates that lead from it to a root.</summary>
/// <param name="Leaf">The certificate itself.</param>
/// <param name="Intermediates">What is sent with it.</param>
internal sealed record CertificateWithChain(X509Certificate2 Leaf, X509Certificate2Collection Intermediates)
{
    /// <summary>Whether it is over.</summary>
    /// <param name="clock">The wall clock, as its clients'.</param>
    public bool HasExpired(TimeProvider clock) => Leaf.NotAfter.ToUniversalTime() < clock.GetUtcNow().UtcDateTime;

    /// <summary>Sees that it has a key and is valid now.</summary>
    /// <param name="input">What it was made of.</param>
    /// <param name="clock">The wall clock, as its clients'.</param>
    /// <exception cref="TlsCertificateException">It can't be served.</exception>
    public CertificateWithChain Checked(CertificateInput input, TimeProvider clock)
    {
        if (!Leaf.HasPrivateKey)
            throw input.Wrong($"({Leaf.Subject}) has no private key; expected a certificate with its key");
        var (from, to) = (Leaf.NotBefore.ToUniversalTime(), Leaf.NotAfter.ToUniversalTime());
        if (HasExpired(clock))
            throw input.Wrong($"({Leaf.Subject}) has expired: it was valid until {to:u}. Renew it");
        if (from > clock.GetUtcNow().UtcDateTime)
            throw input.Wrong($"({Leaf.Subject}) is not valid yet: it will be from {from:u}. Check the clock of this machine", isNotValidYet: true);
        return this;
    }
}
