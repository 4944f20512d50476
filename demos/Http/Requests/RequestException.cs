namespace RxGlisten.Demos.Http;

/// <summary>A request that is answered by its status, and by the end of the connection: what would follow can't be trusted to be a request.</summary>
/// <param name="status">What the client is told.</param>
/// <param name="message">What was wrong.</param>
internal sealed class RequestException(int status, string message) : ProtocolException(message)
{
    /// <summary>The status that answers it.</summary>
    public int Status => status;

    /// <summary>One that is no HTTP.</summary>
    public static RequestException Bad(string message) => new(400, message);
}
