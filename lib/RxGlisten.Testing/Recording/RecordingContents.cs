namespace RxGlisten.Testing;

/// <summary>Counts what is in a recording while it is read.</summary>
internal sealed class RecordingContents
{
    private readonly Dictionary<long, CloseKind?> _ends = [];
    private long _events;
    private long _received;
    private long _sent;
    private int _largest;
    private TimeSpan _last;

    public IReadOnlyDictionary<long, CloseKind?> Ends => _ends;

    public void Add(ConnectionEvent recorded)
    {
        if (recorded.Time < _last)
            throw new ArgumentException($"The events are not in order of time: {recorded} follows one at {_last}.");
        _events++;
        _last = recorded.Time;
        switch (recorded.Kind)
        {
            case ConnectionEventKind.Received:
                _received += recorded.Data.Length;
                _largest = Math.Max(_largest, recorded.Data.Length);
                break;
            case ConnectionEventKind.Sent:
                _sent += recorded.Data.Length;
                break;
        }

        if (recorded.Kind == ConnectionEventKind.Closed)
            _ends[recorded.Connection] = recorded.CloseKind;
        else
            _ends.TryAdd(recorded.Connection, null);
    }

    public RecordedSummary Summarize(RecordingTail tail) => new(_ends.Count, _events, _received, _sent, _largest, _last, tail);
}
