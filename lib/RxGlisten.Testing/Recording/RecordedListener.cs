using System.Collections.Concurrent;
using System.Net;

namespace RxGlisten.Testing;

/// <summary>A listener whose connections are recorded.</summary>
internal sealed class RecordedListener : IListener
{
    private readonly IListener _inner;
    private readonly Recorder _recorder;
    private readonly RecordedConnections _accepted;
    private readonly ConcurrentDictionary<long, IConnection> _recorded = new();

    public RecordedListener(IListener inner, Recorder recorder)
    {
        _inner = inner;
        _recorder = recorder;
        _accepted = new RecordedConnections(inner, Record);
    }

    public EndPoint LocalEndPoint => _inner.LocalEndPoint;

    public IReadOnlyCollection<IConnection> Connections =>
        [.. _inner.Connections.Select(connection => _recorded.GetValueOrDefault(connection.Id, connection))];

    public IObservable<AcceptError> AcceptErrors => _inner.AcceptErrors;

    public IDisposable Subscribe(IObserver<IConnection> observer) => _accepted.Subscribe(observer);

    public void Pause() => _inner.Pause();

    public void Resume() => _inner.Resume();

    public Task<DrainResult> StopAsync(TimeSpan drain, CancellationToken cancellation = default) => _inner.StopAsync(drain, cancellation);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private IConnection Record(IConnection connection)
    {
        var recorded = _recorder.Record(connection);
        _recorded[connection.Id] = recorded;
        connection.Closed.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => _recorded.TryRemove(connection.Id, out _));
        return recorded;
    }
}
