namespace RxGlisten.Testing;

/// <summary>What came out of a connection in a replay.</summary>
/// <param name="Id">The number it was recorded under.</param>
/// <param name="Output">All that was sent to the client.</param>
/// <param name="Sent">... and when: the time since the replay's start, by its scheduler. A piece is what left together.</param>
/// <param name="End">How it ended; null if the replay ended first.</param>
public sealed record ReplayedConnection(long Id, ReadOnlyMemory<byte> Output, IReadOnlyList<ConnectionEvent> Sent, CloseKind? End);
