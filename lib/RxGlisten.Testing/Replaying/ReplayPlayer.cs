using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten.Testing;

/// <summary>Plays the events of a recording to its clients, each at its time. Each turn plays what is due, and waits for what comes next.</summary>
internal sealed class ReplayPlayer(Recording recording, ReplayTransport transport, IScheduler scheduler, double speed, Action onEnd)
    : IThreadPoolWorkItem, IDisposable
{
    private readonly IStopwatch _stopwatch = scheduler.StartStopwatch();
    private readonly SerialDisposable _timer = new();
    private readonly Dictionary<long, ReplayClient> _open = [];
    private readonly Lock _gate = new();
    private IEnumerator<ConnectionEvent>? _events;
    private bool _disposed;

    public void Start() => transport.Executor.Post(this);

    public void Execute()
    {
        bool over;
        lock (_gate)
            over = !_disposed && PlayDue();
        if (over)
            onEnd();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _events?.Dispose();
        }

        _timer.Dispose();
    }

    /// <summary>Plays what is due; whether that was all.</summary>
    private bool PlayDue()
    {
        if (_events is null)
        {
            _events = recording.Events.GetEnumerator();
            if (!_events.MoveNext())
                return true;
        }

        do
        {
            var due = (_events.Current.Time / speed) - _stopwatch.Elapsed;
            if (due > TimeSpan.Zero)
            {
                _timer.Disposable = scheduler.Schedule(due, () => transport.Executor.Run(this));
                return false;
            }

            Play(_events.Current);
        }
        while (_events.MoveNext());
        foreach (var client in _open.Values.ToArray())
            EndClient(client); // the recorder ended before they did
        _events.Dispose();
        return true;
    }

    private void Play(ConnectionEvent played)
    {
        if (played.Kind == ConnectionEventKind.Opened)
        {
            var client = new ReplayClient(transport, played.Connection, RecordedEndPoint.Parse(played.Text), RecordedEndPoint.Parse(played.Detail));
            _open[played.Connection] = client;
            transport.Note(client, ConnectionEventKind.Opened, default);
            transport.Listener.Arrive(client);
            return;
        }

        if (!_open.TryGetValue(played.Connection, out var open))
            return;
        switch (played.Kind)
        {
            case ConnectionEventKind.Received:
                transport.Note(open, ConnectionEventKind.Received, played.Data.Span);
                open.Send(played.Data);
                break;
            case ConnectionEventKind.InboundEnded or ConnectionEventKind.InboundFailed or ConnectionEventKind.Closed or ConnectionEventKind.Lost:
                EndClient(open);
                break;
        }
    }

    /// <summary>The client's side ends at the first sign of it: whether by a FIN or a reset is known by how the connection ended.</summary>
    private void EndClient(ReplayClient client)
    {
        var reset = recording.Ends[client.Id] is CloseKind.PeerReset or CloseKind.TransportError;
        _open.Remove(client.Id);
        if (!reset)
            transport.Note(client, ConnectionEventKind.InboundEnded, default);
        client.End(reset ? SocketError.ConnectionReset : SocketError.Success);
    }
}
