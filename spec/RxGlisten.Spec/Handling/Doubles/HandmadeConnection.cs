using System.Net;
using System.Reactive.Subjects;

namespace RxGlisten.Spec.Handling.Doubles;

/// <summary>A connection that somebody wrote by hand.</summary>
internal sealed class HandmadeConnection : IConnection
{
    private readonly TaskCompletionSource<CloseReason> _closed = new();

    public Subject<Message> Packets { get; } = new();

    public long Id => 1;

    public EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

    public EndPoint RemoteEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 2);

    public TlsInfo? Tls => null;

    public IObservable<Message> Inbound => Packets;

    public IOutbound Outbound => throw new NotSupportedException();

    public Task<CloseReason> Closed => _closed.Task;

    public CancellationToken Draining => default;

    public void Abort() => Dispose();

    public void Dispose() => _closed.TrySetResult(new CloseReason(CloseKind.LocalClosed, "", null));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
