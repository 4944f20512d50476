using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace RxGlisten.Testing;

/// <summary>
/// The connections of a recording once more, for any server operator: cold, each subscription replays from the begin. The server is the real one,
/// only its transport is played: a client sends each packet as it arrived then, takes all that is sent to it, and finishes or resets when it
/// did then. Completes when all has been played and every connection is closed. Disposing a subscription stops the server.
/// </summary>
public sealed class Replay : IObservable<IConnection>
{
    private readonly Recording _recording;
    private readonly IScheduler _scheduler;
    private readonly double _speed;
    private readonly ServerOptions _options;

    internal Replay(Recording recording, IScheduler scheduler, double speed, ServerOptions options)
    {
        _recording = recording;
        _scheduler = scheduler;
        _speed = speed;
        _options = options with
        {
            Scheduler = scheduler,
            ReceiveBufferBytes = Math.Max(options.ReceiveBufferBytes, recording.Summary.LargestPacketBytes), // a packet then is a packet now
        };
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<IConnection> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new ReplayRun(_recording, _scheduler, _speed, _options, static _ => { }).Start(observer);
    }

    /// <summary>Replays through a pure pipeline. Cold; one element, when all is over.</summary>
    /// <param name="pipeline">As for <c>ServePipeline</c>.</param>
    public IObservable<ReplayResult> Through(Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return Through(connections => connections.ServePipeline(pipeline));
    }

    /// <summary>Replays through a server operator. Cold; one element, when all is over.</summary>
    /// <param name="serve">Serves the connections; how each ended is taken from its elements.</param>
    public IObservable<ReplayResult> Through(Func<IObservable<IConnection>, IObservable<ConnectionClosed>> serve)
    {
        ArgumentNullException.ThrowIfNull(serve);
        return Observable.Create<ReplayResult>(observer =>
        {
            var log = new ReplayLog();
            var connections = new AnonymousConnections(inner => new ReplayRun(_recording, _scheduler, _speed, _options, log.Add).Start(inner));
            return serve(connections).Subscribe(
                static _ => { },
                observer.OnError,
                () =>
                {
                    observer.OnNext(log.ToResult());
                    observer.OnCompleted();
                });
        });
    }

    // Not Observable.Create, which unsubscribes an observer that throws.
    private sealed class AnonymousConnections(Func<IObserver<IConnection>, IDisposable> subscribe) : IObservable<IConnection>
    {
        public IDisposable Subscribe(IObserver<IConnection> observer) => subscribe(observer);
    }
}
