using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>Writes the heads of responses.</summary>
internal static class ResponseHead
{
    /// <summary>The head, and behind it the content, where there is one and the client wants it.</summary>
    /// <param name="response">The response.</param>
    /// <param name="request">What it answers; null for something that was no request.</param>
    /// <param name="keepsAlive">Whether another response may follow.</param>
    /// <param name="date">The line that says the time.</param>
    public static Bytes Write(Response response, RequestHead? request, bool keepsAlive, ReadOnlySpan<byte> date)
    {
        var connection = ConnectionLine(response, request, keepsAlive);
        var coding = response.IsOpenEnded && request is { MinorVersion: > 0 } ? "Transfer-Encoding: chunked\r\n"u8 : default;
        var content = request is { Method: "HEAD" } ? default : response.Content.Span;
        return (byte[])[.. response.Lines, .. date, .. connection, .. coding, .. "\r\n"u8, .. content];
    }

    private static ReadOnlySpan<byte> ConnectionLine(Response response, RequestHead? request, bool keepsAlive) =>
        response.Upgraded is not null ? "Connection: Upgrade\r\n"u8
        : !keepsAlive ? "Connection: close\r\n"u8
        : request is { MinorVersion: 0 } ? "Connection: keep-alive\r\n"u8
        : default;
}
