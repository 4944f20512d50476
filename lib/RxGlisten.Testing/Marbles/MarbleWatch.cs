using System.Reactive.Concurrency;

namespace RxGlisten.Testing;

/// <summary>Notes what an observable of bytes gives, and when.</summary>
internal sealed class MarbleWatch(IScheduler scheduler) : IObserver<ReadOnlyMemory<byte>>
{
    private readonly IStopwatch _stopwatch = scheduler.StartStopwatch();
    private readonly List<MarbleEvent> _events = [];
    private Exception? _error;

    public IDisposable On(IObservable<ReadOnlyMemory<byte>> source) => source.Subscribe(this);

    public void OnNext(ReadOnlyMemory<byte> value) => Note(MarbleEventKind.Bytes, value.ToArray());

    public void OnError(Exception error)
    {
        _error = error;
        Note(MarbleEventKind.Reset);
    }

    public void OnCompleted() => Note(MarbleEventKind.Finish);

    public MarbleTimeline ToTimeline() => new(_events, _error);

    private void Note(MarbleEventKind kind, byte[]? data = null) => _events.Add(new MarbleEvent(_stopwatch.Elapsed, kind, data));
}
