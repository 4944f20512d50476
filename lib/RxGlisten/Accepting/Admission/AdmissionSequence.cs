namespace RxGlisten;

/// <summary>The connections that a rule admits.</summary>
/// <param name="connections">All of them.</param>
/// <param name="rule">Makes the rule of a subscription.</param>
internal sealed class AdmissionSequence(IObservable<IConnection> connections, Func<IAdmissionRule> rule) : IObservable<IConnection>
{
    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return connections.Subscribe(new AdmissionSink(observer, rule()));
    }
}
