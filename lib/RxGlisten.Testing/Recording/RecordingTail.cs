namespace RxGlisten.Testing;

/// <summary>How a recording ends, known when all of it has been read.</summary>
/// <param name="Kind">By its end record, or not.</param>
/// <param name="Offset">Where the part that can be relied on ends, in bytes.</param>
/// <param name="Detail">A sentence for a person.</param>
/// <param name="LostConnections">Connections whose recording stops early for want of room; known only of a complete recording, else 0.</param>
/// <param name="UnrecordedConnections">Connections that were not recorded at all for want of room; as before.</param>
public sealed record RecordingTail(RecordingTailKind Kind, long Offset, string Detail, long LostConnections = 0, long UnrecordedConnections = 0);
