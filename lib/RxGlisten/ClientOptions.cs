namespace RxGlisten;

/// <summary>
/// How a client connects, and how its connections behave. Validated by the call that is given it: an option out of its range is an
/// <see cref="ArgumentOutOfRangeException"/> that names it. "No limit" of a duration is <see cref="Timeout.InfiniteTimeSpan"/>.
/// </summary>
public sealed record ClientOptions : ConnectionOptions
{
    /// <summary>How long connecting may take, looking up the name, trying its addresses and the TLS handshake included. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How the connection is encrypted, to whatever endpoint. Default null: it is not.</summary>
    public TlsClientOptions? Tls { get; init; }
}
