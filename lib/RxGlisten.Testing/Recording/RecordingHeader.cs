namespace RxGlisten.Testing;

/// <summary>What a recording says about itself first.</summary>
/// <param name="Version">Of the format: 1.</param>
/// <param name="HasOutbound">Whether what was sent was recorded too.</param>
/// <param name="StartedAt">The wall clock of the recorder's scheduler when it started.</param>
public sealed record RecordingHeader(int Version, bool HasOutbound, DateTimeOffset StartedAt);
