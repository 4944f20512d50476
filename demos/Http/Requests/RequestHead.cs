namespace RxGlisten.Demos.Http;

/// <summary>A request's line and fields, found to be in order.</summary>
internal sealed class RequestHead
{
    /// <summary>As it was sent: methods are told apart by case.</summary>
    public required string Method { get; init; }

    /// <summary>A path and perhaps a query, or an asterisk.</summary>
    public required string Target { get; init; }

    /// <summary>0 or 1, of HTTP/1.</summary>
    public required int MinorVersion { get; init; }

    public required Fields Fields { get; init; }

    /// <summary>How many bytes of body follow, where the client says so; else 0.</summary>
    public required long ContentLength { get; init; }

    /// <summary>Whether a body follows that says itself where it ends.</summary>
    public required bool IsChunked { get; init; }

    /// <summary>Whether the client means to send another request.</summary>
    public required bool KeepsAlive { get; init; }

    /// <summary>Whether the client waits for a word before it sends the body.</summary>
    public required bool ExpectsContinue { get; init; }

    /// <summary>Whether a body follows.</summary>
    public bool HasBody => IsChunked || ContentLength > 0;
}
