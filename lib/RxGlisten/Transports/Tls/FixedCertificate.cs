using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>A certificate that stays.</summary>
internal sealed class FixedCertificate(CertificateWithChain certificate) : CertificateSource
{
    public override IDisposable Follow(ICertificateFollower follower, FileWatch? watch)
    {
        follower.OnCertificate(certificate);
        return Disposable.Empty;
    }
}
