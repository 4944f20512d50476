namespace RxGlisten.Testing;

/// <summary>What came out of a replay.</summary>
/// <param name="Connections">Each connection, in the order in which they were opened.</param>
/// <param name="Events">All that happened, in and out, in order; a picture can be drawn of it.</param>
public sealed record ReplayResult(IReadOnlyList<ReplayedConnection> Connections, IReadOnlyList<ConnectionEvent> Events);
