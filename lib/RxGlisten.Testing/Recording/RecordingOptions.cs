namespace RxGlisten.Testing;

/// <summary>What is recorded, and how much may wait to be written.</summary>
public sealed record RecordingOptions
{
    /// <summary>Whether what is sent is recorded too. Default false: a replay needs only what arrived.</summary>
    public bool Outbound { get; init; }

    /// <summary>
    /// Bytes that may wait to be written, 1 KiB or more; default 16 MiB. An event is always taken when none waits, whatever its size; beyond
    /// the limit only a few bytes for each recorded connection, to say that the rest of it is lost.
    /// </summary>
    public int BufferBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>What happens past <see cref="BufferBytes"/>. Default <see cref="RecordingFullPolicy.LoseConnection"/>.</summary>
    public RecordingFullPolicy WhenFull { get; init; } = RecordingFullPolicy.LoseConnection;
}
