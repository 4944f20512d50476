namespace RxGlisten.Demos.Http;

/// <summary>What one client may make the server keep, and for how long.</summary>
internal sealed record HttpLimits
{
    /// <summary>Of a request's line and fields, and of the trailers behind a chunked body; more is 431. Default 16 KiB.</summary>
    public int HeadBytes { get; init; } = 16 * 1024;

    /// <summary>How many fields a request may have; more is 431. Default 100.</summary>
    public int Fields { get; init; } = 100;

    /// <summary>Of a request's target; more is 414. Default 8 KiB.</summary>
    public int TargetBytes { get; init; } = 8 * 1024;

    /// <summary>Of a request's body, announced or received; more is 413. Default 1 GiB: bodies are streamed, and never kept.</summary>
    public long BodyBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>
    /// Of a body that nobody wants, which is read so that another request may follow it. A longer one ends the connection: behind the answer, which does not wait for it, or,
    /// if it comes in chunks and does not say its length, by 413. Default 64 KiB.
    /// </summary>
    public long UnwantedBytes { get; init; } = 64 * 1024;

    /// <summary>Of a WebSocket message, with all its fragments; more is 1009. Default 1 MiB.</summary>
    public int MessageBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a head may take from its first packet; what comes later is 408. Default 30 s.</summary>
    public TimeSpan HeadTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a body may take, and a second longer for each <see cref="BodyBytesPerSecond"/> that came; what comes later is 408. Default 60 s.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How fast a body comes at least, in the long run. Default 1 KiB.</summary>
    public int BodyBytesPerSecond { get; init; } = 1024;
}
