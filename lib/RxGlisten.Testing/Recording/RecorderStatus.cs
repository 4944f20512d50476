namespace RxGlisten.Testing;

/// <summary>How a recorder fares, a snapshot.</summary>
/// <param name="Connections">Connections whose start was recorded.</param>
/// <param name="LostConnections">... of which the rest was lost for want of room.</param>
/// <param name="UnrecordedConnections">Connections that were not recorded at all for want of room, or after the recorder's end.</param>
/// <param name="WaitingBytes">Bytes that wait to be written.</param>
/// <param name="WrittenBytes">Bytes that were written.</param>
/// <param name="Failure">Why writing failed; null if it has not. A recorder that failed records nothing more, and the server goes on.</param>
public sealed record RecorderStatus(
    long Connections, long LostConnections, long UnrecordedConnections, long WaitingBytes, long WrittenBytes, Exception? Failure);
