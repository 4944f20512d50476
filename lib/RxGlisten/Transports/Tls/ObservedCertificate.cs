using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>Certificates that the user's program gives when it has new ones.</summary>
internal sealed class ObservedCertificate(IObservable<X509Certificate2> certificates, X509Certificate2Collection intermediates, TimeProvider clock) : CertificateSource
{
    public override IDisposable Follow(ICertificateFollower follower, FileWatch? watch)
    {
        var observer = new Observer(follower, intermediates, clock);
        var subscription = certificates.Subscribe(observer);
        if (observer.IsServed)
            return subscription;
        subscription.Dispose();
        throw new TlsCertificateException(
            "The sequence of certificates gave none that can be used when it was subscribed. A server needs one to begin with: use StartWith, or a BehaviorSubject.",
            inner: observer.Error);
    }

    private sealed class Observer(ICertificateFollower follower, X509Certificate2Collection intermediates, TimeProvider clock) : IObserver<X509Certificate2>
    {
        public bool IsServed { get; private set; }

        public Exception? Error { get; private set; }

        public void OnNext(X509Certificate2 value)
        {
            try
            {
                follower.OnCertificate(new CertificateWithChain(value, intermediates).Checked(CertificateInput.Given("certificate", []), clock));
                IsServed = true;
            }
            catch (Exception e)
            {
                OnError(e);
            }
        }

        public void OnError(Exception error)
        {
            Error = error;
            if (IsServed)
                follower.OnFailure(error);
        }

        public void OnCompleted()
        {
            // The last one stays.
        }
    }
}
