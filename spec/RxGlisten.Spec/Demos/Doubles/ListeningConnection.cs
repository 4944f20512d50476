using System.Net;
using System.Reactive.Linq;
using System.Text;

namespace RxGlisten.Spec.Demos.Doubles;

/// <summary>A connection without a network, that tells of each line as it is sent, inside the call that sends it.</summary>
internal sealed class ListeningConnection(Action<string> hear) : IConnection, IOutbound
{
    private readonly TaskCompletionSource<CloseReason> _closed = new();

    public long Id => 1;

    public EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

    public EndPoint RemoteEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 2);

    public TlsInfo? Tls => null;

    public IObservable<Message> Inbound => Observable.Never<Message>();

    public IOutbound Outbound => this;

    public Task<CloseReason> Closed => _closed.Task;

    public CancellationToken Draining => default;

    public long QueuedBytes => 0;

    public IObservable<bool> Writable => Observable.Return(true);

    public void OnNext(ReadOnlyMemory<byte> value) => hear(Encoding.UTF8.GetString(value.Span).TrimEnd('\n'));

    public void OnCompleted() => Dispose();

    public void OnError(Exception error) => Dispose();

    public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        OnNext(data);
        return default;
    }

    public ValueTask FlushAsync(CancellationToken cancellation = default) => default;

    public void Abort() => Dispose();

    public void Dispose() => _closed.TrySetResult(new CloseReason(CloseKind.LocalClosed, "", null));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
