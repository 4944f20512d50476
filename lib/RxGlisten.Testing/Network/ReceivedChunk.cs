namespace RxGlisten.Testing;

/// <summary>Bytes that a client read at once.</summary>
/// <param name="Time">When.</param>
/// <param name="Data">Not to be changed.</param>
public readonly record struct ReceivedChunk(TimeSpan Time, ReadOnlyMemory<byte> Data);
