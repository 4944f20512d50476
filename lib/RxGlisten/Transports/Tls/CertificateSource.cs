namespace RxGlisten;

/// <summary>Where a certificate comes from, and its successors.</summary>
internal abstract class CertificateSource
{
    /// <summary>Gives the certificate to the follower, and later each that takes its place.</summary>
    /// <param name="follower">Given the first one before this returns, unless this throws. Calls come one at a time.</param>
    /// <param name="watch">Looks after files; null where they are not looked after.</param>
    /// <returns>Ends it.</returns>
    /// <exception cref="TlsCertificateException">There is no first one.</exception>
    public abstract IDisposable Follow(ICertificateFollower follower, FileWatch? watch);

    /// <summary>The certificate as it is now: for clients, which need one at a time.</summary>
    /// <exception cref="TlsCertificateException">There is none.</exception>
    public virtual CertificateWithChain Latest()
    {
        var taker = new Taker();
        Follow(taker, null).Dispose();
        return taker.Certificate!; // Follow gives one or throws
    }

    private sealed class Taker : ICertificateFollower
    {
        public CertificateWithChain? Certificate { get; private set; }

        public void OnCertificate(CertificateWithChain certificate) => Certificate = certificate;

        public void OnFailure(Exception error)
        {
            // There is a better one.
        }
    }
}
