namespace RxGlisten;

/// <summary>An upgrade for who subscribes.</summary>
/// <param name="plain">What is to be upgraded.</param>
/// <param name="wrap">Gives the encryption over it, with the handshake still to be made.</param>
/// <param name="timeout">How long the handshake may take.</param>
internal sealed class UpgradeSequence(Connection plain, Func<ITransportConnection, TlsConnection> wrap, TimeSpan timeout) : IObservable<IConnection>
{
    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var upgrade = new Upgrade(plain, wrap, timeout, observer);
        plain.Executor.Post(upgrade);
        return upgrade;
    }
}
