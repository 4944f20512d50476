namespace RxGlisten.Testing;

/// <summary>A trace as its server saw it: to draw it, to record it, to replay it.</summary>
public static class TraceConnections
{
    /// <summary>
    /// What happened on the connections that were accepted, as far as the trace kept it. A trace does not know why a connection ended, only how: by a reset of
    /// the peer's, or given back by the server, orderly ("Closed") or by a reset.
    /// </summary>
    /// <param name="trace">Of a run that is over; nothing runs while it is read.</param>
    public static IReadOnlyList<ConnectionEvent> ToConnectionEvents(this Trace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var names = new Dictionary<int, string>();
        var reset = new HashSet<int>();
        var events = new List<ConnectionEvent>();
        foreach (var seen in trace)
        {
            if (seen.Kind == TraceKind.Connect)
                names[seen.Connection] = seen.Note ?? "";
            else if (seen.Kind == TraceKind.ResetReceived && seen.Direction == TraceDirection.ToServer)
                reset.Add(seen.Connection);
            else if (Translate(seen, names, reset) is { } happened)
                events.Add(happened);
        }

        return events;
    }

    private static ConnectionEvent? Translate(TraceEvent seen, Dictionary<int, string> names, HashSet<int> reset)
    {
        ConnectionEvent Event(ConnectionEventKind kind) => new(seen.Time, seen.Connection, kind);
        return (seen.Kind, seen.Direction) switch
        {
            (TraceKind.Accepted, _) => Event(ConnectionEventKind.Opened) with { Text = names.GetValueOrDefault(seen.Connection, "") },
            (TraceKind.Received, TraceDirection.ToServer) => Event(ConnectionEventKind.Received) with { Data = seen.Data },
            (TraceKind.Sent, TraceDirection.ToClient) => Event(ConnectionEventKind.Sent) with { Data = seen.Data },
            (TraceKind.FinReceived, TraceDirection.ToServer) => Event(ConnectionEventKind.InboundEnded),
            (TraceKind.Finished, TraceDirection.ToClient) => Event(ConnectionEventKind.OutboundFinished),
            (TraceKind.Closed or TraceKind.Aborted, _) => Event(ConnectionEventKind.Closed) with
            {
                Text = reset.Contains(seen.Connection) ? nameof(CloseKind.PeerReset) : seen.Kind.ToString(),
            },
            _ => null,
        };
    }
}
