using System.Reactive.Concurrency;

namespace RxGlisten.Testing;

/// <summary>
/// Recorded traffic, to look at and to replay. It is read from its file as it is needed, so its size is no matter; only one entry for each
/// connection is kept. Immutable.
/// </summary>
public sealed class Recording
{
    private readonly Func<IEnumerable<ConnectionEvent>> _events;

    private Recording(Func<IEnumerable<ConnectionEvent>> events, RecordingHeader? header, RecordingContents contents, RecordedSummary summary)
    {
        _events = events;
        Header = header;
        Ends = contents.Ends;
        Summary = summary;
    }

    /// <summary>What the recording says about itself; null of one that was cut off before that or was made of events.</summary>
    public RecordingHeader? Header { get; }

    /// <summary>What is in it.</summary>
    public RecordedSummary Summary { get; }

    /// <summary>Everything that happened, in order of time. Each enumeration reads the file anew.</summary>
    public IEnumerable<ConnectionEvent> Events => _events();

    /// <summary>How each connection ended, by its number; null for one whose end is not in the recording.</summary>
    internal IReadOnlyDictionary<long, CloseKind?> Ends { get; }

    /// <summary>Opens a recording and reads it once, to see what is in it. A tail that was cut off is no error: see <see cref="RecordedSummary.Tail"/>.</summary>
    /// <param name="path">The file; it must stay as it is as long as the recording is used.</param>
    /// <exception cref="FormatException">It is not a recording, its header is damaged, or it is of another version.</exception>
    public static Recording Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var reader = RecordingReader.Open(path);
        var contents = new RecordingContents();
        foreach (var recorded in reader.ReadAll())
            contents.Add(recorded);
        var summary = contents.Summarize(reader.Tail!); // it was read to its end
        return new Recording(() => Enumerate(path, summary.Events), reader.Header, contents, summary);
    }

    /// <summary>Makes one of events: a simulated run, say.</summary>
    /// <param name="events">In order of time; copied.</param>
    public static Recording Of(IEnumerable<ConnectionEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var contents = new RecordingContents();
        var copy = events.ToArray();
        foreach (var recorded in copy)
            contents.Add(recorded);
        var tail = new RecordingTail(RecordingTailKind.Complete, 0, "Made of events.");
        return new Recording(() => copy, null, contents, contents.Summarize(tail));
    }

    /// <summary>
    /// The recorded connections once more, each packet as it arrived then, at the time it did: a listener for any server operator.
    /// </summary>
    /// <param name="scheduler">In whose time; it must not run work inside <c>Schedule</c>, as the immediate and the current-thread scheduler do.</param>
    /// <param name="speed">How many times as fast as then; more than 0.</param>
    /// <param name="options">How to serve; null for the defaults. <see cref="ConnectionOptions.Scheduler"/> is replaced.</param>
    public Replay Replay(IScheduler scheduler, double speed = 1, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        if (!(speed > 0) || double.IsInfinity(speed))
            throw new ArgumentOutOfRangeException(nameof(speed), speed, "A replay's speed must be more than 0.");
        return new Replay(this, scheduler, speed, options ?? new ServerOptions());
    }

    /// <summary>Replays through a pure pipeline in virtual time, as fast as the machine goes, and waits for the end.</summary>
    /// <param name="pipeline">As for <c>ServePipeline</c>.</param>
    public ReplayResult Run(Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline) =>
        Run((connections, _) => connections.ServePipeline(pipeline));

    /// <summary>Replays through a whole server in virtual time, as fast as the machine goes, and waits for the end.</summary>
    /// <param name="serve">Serves the connections, with the scheduler whose time it is.</param>
    /// <param name="options">How to serve; null for the defaults. <see cref="ConnectionOptions.Scheduler"/> is replaced.</param>
    public ReplayResult Run(Func<IObservable<IConnection>, IScheduler, IObservable<ConnectionClosed>> serve, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(serve);
        var time = new HistoricalScheduler();
        ReplayResult? result = null;
        Exception? error = null;
        using var replay = Replay(time, 1, options).Through(connections => serve(connections, time)).Subscribe(value => result = value, e => error = e);
        time.Start();
        if (error is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        return result ?? throw new InvalidOperationException("The replay did not end: the server waits for something outside its scheduler's time.");
    }

    private static IEnumerable<ConnectionEvent> Enumerate(string path, long count)
    {
        using var reader = RecordingReader.Open(path);
        for (; count > 0 && reader.Read() is { } recorded; count--) // no more than the summary knows of, if the file grows
            yield return recorded;
    }
}
