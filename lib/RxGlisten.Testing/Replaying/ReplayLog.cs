namespace RxGlisten.Testing;

/// <summary>Gathers what happens in a replay. Its caller makes the calls one at a time.</summary>
internal sealed class ReplayLog
{
    private readonly List<ConnectionEvent> _events = [];

    public void Add(ConnectionEvent happened) => _events.Add(happened);

    public ReplayResult ToResult()
    {
        var connections = _events.GroupBy(happened => happened.Connection).Select(ToConnection);
        return new ReplayResult([.. connections], [.. _events]);
    }

    private static ReplayedConnection ToConnection(IGrouping<long, ConnectionEvent> events)
    {
        var sent = events.Where(happened => happened.Kind == ConnectionEventKind.Sent).ToArray();
        var output = new byte[sent.Sum(happened => happened.Data.Length)];
        var filled = 0;
        foreach (var piece in sent)
        {
            piece.Data.Span.CopyTo(output.AsSpan(filled));
            filled += piece.Data.Length;
        }

        var closed = events.LastOrDefault(happened => happened.Kind == ConnectionEventKind.Closed);
        return new ReplayedConnection(events.Key, output, sent, closed?.CloseKind);
    }
}
