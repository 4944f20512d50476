namespace RxGlisten;

/// <summary>
/// The listeners of a host's servers, a singleton of its container: for the port that the system chose, the connections that are open, for
/// <see cref="IListener.Pause"/>. Thread-safe.
/// </summary>
public interface IRxServers
{
    /// <summary>The listener of a server. The host owns it, and the server's query is its subscriber.</summary>
    /// <param name="name">What the server is called, see <see cref="HostedServerOptions.Name"/>.</param>
    /// <exception cref="KeyNotFoundException">No server of that name is bound: it is not there, or the host has not started it yet.</exception>
    IListener this[string name] { get; }
}
