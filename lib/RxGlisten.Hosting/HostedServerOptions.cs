namespace RxGlisten;

/// <summary>How a server lives in its host.</summary>
public sealed record HostedServerOptions
{
    /// <summary>
    /// What the server is called in <see cref="IRxServers"/> and in the log; not empty, and unique in its host. Default null: its address, as
    /// it was written, or as <see cref="ServerAddress.Format"/> writes its endpoint.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// How it serves. <see cref="ServerOptions.DrainTimeout"/> is how long a stop of the host may take, unless the host's own
    /// <c>ShutdownTimeout</c> is shorter. The logger factory and the meter factory are the container's where they are null.
    /// </summary>
    public ServerOptions Server { get; init; } = new();

    /// <summary>What happens when the query ends with an error. Default <see cref="QueryFailure.StopHost"/>.</summary>
    public QueryFailure QueryFailure { get; init; } = QueryFailure.StopHost;
}
