namespace RxGlisten.Testing;

/// <summary>What really happened in one direction, to be compared with a script. Immutable.</summary>
public sealed class MarbleTimeline
{
    /// <summary>Makes one.</summary>
    /// <param name="events">In order of time; copied.</param>
    /// <param name="error">The error behind a <see cref="MarbleEventKind.Reset"/>, if there was one.</param>
    public MarbleTimeline(IEnumerable<MarbleEvent> events, Exception? error = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        Events = [.. events];
        Error = error;
    }

    /// <summary>What happened, in order of time.</summary>
    public IReadOnlyList<MarbleEvent> Events { get; }

    /// <summary>The error that ended it; null if none did.</summary>
    public Exception? Error { get; }

    /// <summary>All bytes, whenever they came.</summary>
    public byte[] Bytes => [.. Events.SelectMany(happened => happened.Data.ToArray())];

    /// <summary>
    /// Compares frame by frame: what happens inside a frame belongs to it, and bytes of one frame are one, however they were cut.
    /// </summary>
    /// <param name="expected">What should have happened.</param>
    /// <exception cref="MarbleMismatchException">Something else happened; the message shows both timelines.</exception>
    public void ShouldBe(MarbleScript expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var wanted = MarbleFrames.Of(expected.Events, expected.Frame);
        var happened = MarbleFrames.Of(Events, expected.Frame);
        var first = MarbleFrames.FirstDifference(wanted, happened);
        if (first is { } frame)
            throw new MarbleMismatchException(MarbleComparison.Show(wanted, happened, frame, expected.Frame, Error));
    }

    /// <summary>Compares with a script of the default frame, as <see cref="ShouldBe(MarbleScript)"/>.</summary>
    /// <param name="expected">In the notation of docs/guide/marbles.md.</param>
    /// <exception cref="MarbleMismatchException">Something else happened; the message shows both timelines.</exception>
    public void ShouldBe(string expected) => ShouldBe(MarbleScript.Parse(expected));

    /// <summary>As a script of the default frame.</summary>
    public override string ToString() => MarbleComparison.Line(MarbleFrames.Of(Events, MarbleScript.DefaultFrame), MarbleScript.DefaultFrame);
}
