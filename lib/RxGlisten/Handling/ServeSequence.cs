namespace RxGlisten;

/// <summary>The sequence behind <c>Serve</c>.</summary>
internal sealed class ServeSequence(
    IObservable<IConnection> connections, Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline) : IObservable<ConnectionClosed>
{
    public IDisposable Subscribe(IObserver<ConnectionClosed> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var served = new ConnectionSet<ConnectionClosed>(observer, connection => new ServedConnection(connection, pipeline));
        return served.Run(connections);
    }
}
