namespace RxGlisten.Testing;

/// <summary>What is in a recording.</summary>
/// <param name="Connections">How many connections.</param>
/// <param name="Events">How many events.</param>
/// <param name="ReceivedBytes">How much arrived.</param>
/// <param name="SentBytes">How much was sent, as far as it was recorded.</param>
/// <param name="LargestPacketBytes">The largest packet that arrived.</param>
/// <param name="Duration">The time of the last event.</param>
/// <param name="Tail">How it ends.</param>
public sealed record RecordedSummary(
    long Connections, long Events, long ReceivedBytes, long SentBytes, int LargestPacketBytes, TimeSpan Duration, RecordingTail Tail);
