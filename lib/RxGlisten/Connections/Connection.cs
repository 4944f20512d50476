using System.Net;

namespace RxGlisten;

internal sealed class Connection : IConnection
{
    public Connection(ITransportConnection transport, ConnectionSettings settings, IConnectionOwner owner) => throw new NotImplementedException();

    public long Id => throw new NotImplementedException();
    public EndPoint LocalEndPoint => throw new NotImplementedException();
    public EndPoint RemoteEndPoint => throw new NotImplementedException();
    public TlsInfo? Tls => throw new NotImplementedException();
    public IObservable<Message> Inbound => throw new NotImplementedException();
    public IOutbound Outbound => throw new NotImplementedException();
    public Task<CloseReason> Closed => throw new NotImplementedException();
    public CancellationToken Draining => throw new NotImplementedException();
    public void Abort() => throw new NotImplementedException();

    /// <summary>Resets with a reason of the library's own.</summary>
    public void Abort(CloseKind kind, string detail, Exception? error = null) => throw new NotImplementedException();

    /// <summary>Its accept OnNext has returned: the clocks of an unclaimed and of an old connection start.</summary>
    public void OnDelivered() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
