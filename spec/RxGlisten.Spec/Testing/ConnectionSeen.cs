using System.Net;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>A connection of a scenario whose packets are watched, for operators that subscribe them by themselves.</summary>
internal sealed class ConnectionSeen(Scenario scenario, IConnection inner) : IConnection, IConnectionWrapper
{
    public IConnection Inner => inner;

    public long Id => inner.Id;

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public TlsInfo? Tls => inner.Tls;

    public IObservable<Message> Inbound { get; } = scenario.Inbound(inner);

    public IOutbound Outbound => inner.Outbound;

    public Task<CloseReason> Closed => inner.Closed;

    public CancellationToken Draining => inner.Draining;

    public void Abort() => inner.Abort();

    public void Dispose() => inner.Dispose();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
