using System.Security.Cryptography;
using System.Text;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>The upgrade from HTTP to WebSocket (RFC 6455, 4.2).</summary>
internal static class WebSocketHandshake
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyBytes = 16;

    /// <summary>Answers a request for the upgrade, or says what is missing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="session">What the connection does once it is upgraded.</param>
    public static Response Answer(Request request, Func<IConnection, IObservable<Bytes>> session)
    {
        var head = request.Head;
        var asks = head is { Method: "GET", MinorVersion: > 0, HasBody: false }
            && head.Fields.Lists("connection"u8, "upgrade"u8) && head.Fields.Lists("upgrade"u8, "websocket"u8);
        if (!asks)
            return Response.Plain(426) with { Fields = "Upgrade: websocket\r\n" };
        if (head.Fields.Text("sec-websocket-version"u8) != "13")
            return Response.Plain(426) with { Fields = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" };
        var key = head.Fields.Text("sec-websocket-key"u8);
        if (!IsKey(key))
            return Response.Plain(400);
        return new Response(101) { Fields = $"Upgrade: websocket\r\nSec-WebSocket-Accept: {Accept(key)}\r\n", Upgraded = session };
    }

    private static bool IsKey([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? key) =>
        key is not null && Convert.TryFromBase64String(key, stackalloc byte[KeyBytes + 2], out var count) && count == KeyBytes;

    private static string Accept(string key) =>
#pragma warning disable CA5350 // The protocol asks for SHA-1, and nothing is kept safe by it.
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
}
