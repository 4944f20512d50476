namespace RxGlisten;

/// <summary>Who serves what a <see cref="CertificateSource"/> gives.</summary>
internal interface ICertificateFollower
{
    /// <summary>A certificate that was read and checked; from now on it is the one.</summary>
    void OnCertificate(CertificateWithChain certificate);

    /// <summary>There should have been a new one, and it can't be used: the old one stays.</summary>
    void OnFailure(Exception error);
}
