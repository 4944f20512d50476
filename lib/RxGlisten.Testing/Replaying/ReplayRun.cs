using System.Reactive.Concurrency;

namespace RxGlisten.Testing;

/// <summary>One replay: a server on a played transport, until all is played and every connection is closed.</summary>
internal sealed class ReplayRun : IObserver<IConnection>, IThreadPoolWorkItem, IDisposable
{
    private readonly ReplayTransport _transport;
    private readonly ReplayPlayer _player;
    private readonly IListener _listener;
    private readonly IStopwatch _stopwatch;
    private readonly Action<ConnectionEvent> _log;
    private readonly Lock _gate = new();
    private IObserver<IConnection>? _observer;
    private IDisposable? _subscription;
    private Task _stopped = Task.CompletedTask;
    private int _expected; // connections opened and not closed, and one for the player

    public ReplayRun(Recording recording, IScheduler scheduler, double speed, ServerOptions options, Action<ConnectionEvent> log)
    {
        _log = log;
        _stopwatch = scheduler.StartStopwatch();
        _transport = new ReplayTransport(scheduler, Note, Done);
        _listener = RxServer.Bind(_transport, options);
        _player = new ReplayPlayer(recording, _transport, scheduler, speed, Done);
        _expected = 1;
    }

    public IDisposable Start(IObserver<IConnection> observer)
    {
        _observer = observer;
        _subscription = _listener.Subscribe(this);
        _player.Start();
        return this;
    }

    public void OnNext(IConnection value)
    {
        var closed = value.Closed.ConfigureAwait(false).GetAwaiter();
        closed.UnsafeOnCompleted(() =>
        {
            var reason = closed.GetResult();
            Log(new ConnectionEvent(_stopwatch.Elapsed, NumberOf(value), ConnectionEventKind.Closed) { Text = reason.Kind.ToString(), Detail = reason.Detail });
        });
        _observer!.OnNext(value); // started: subscribed
    }

    public void OnError(Exception error) => _observer!.OnError(error);

    public void OnCompleted() => _observer!.OnCompleted();

    /// <summary>All has been played, and every connection is closed.</summary>
    public void Execute() => _stopped = _listener.StopAsync(TimeSpan.Zero);

    public void Dispose()
    {
        _player.Dispose();
        _subscription?.Dispose();
        _stopped = _listener.StopAsync(TimeSpan.Zero);
    }

    private void Note(ReplayClient client, ConnectionEventKind kind, ReadOnlySpan<byte> data)
    {
        if (kind == ConnectionEventKind.Opened)
            Interlocked.Increment(ref _expected);
        var happened = new ConnectionEvent(_stopwatch.Elapsed, client.Id, kind) { Data = data.ToArray() };
        if (kind == ConnectionEventKind.Opened)
            happened = happened with { Text = client.LocalEndPoint.ToString() ?? "", Detail = client.RemoteEndPoint.ToString() ?? "" };
        Log(happened);
    }

    private void Log(ConnectionEvent happened)
    {
        lock (_gate)
            _log(happened);
    }

    private void Done()
    {
        if (Interlocked.Decrement(ref _expected) == 0)
            _transport.Executor.Post(this); // in a turn of its own: this one may be in the middle of closing a connection
    }

    // The listener is the library's own, on the played transport.
    private static long NumberOf(IConnection connection) => ((ReplayClient)((Connection)connection).Transport).Id;
}
