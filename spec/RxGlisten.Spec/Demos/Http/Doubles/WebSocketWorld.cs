using System.Text;

namespace RxGlisten.Spec.Demos.Http.Doubles;

/// <summary>A client of the demo that is past the handshake. What it receives is read as frames, in the notation of <see cref="Frames"/>.</summary>
internal sealed class WebSocketWorld
{
    private const string Handshake = "\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private readonly int _answer;

    public WebSocketWorld(string path, byte[]? behind = null)
    {
        Http.Send([.. Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1{Handshake}"), .. behind ?? []]);
        _answer = Encoding.Latin1.GetString(Http.Bytes).IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
    }

    public HttpWorld Http { get; } = new();

    /// <summary>The head that answered the handshake.</summary>
    public string Answer => Encoding.Latin1.GetString(Http.Bytes[.._answer]);

    /// <summary>The frames that were received, such as "1 text", "9" for a ping, "8 1000" for a close.</summary>
    public IReadOnlyList<string> Frames
    {
        get
        {
            List<string> frames = [];
            var bytes = Http.Bytes.AsSpan(_answer);
            while (!bytes.IsEmpty)
            {
                var payload = bytes.Slice(2, bytes[1]); // no spec here receives long ones
                var opcode = bytes[0] & 0x0F;
                var text = opcode == 8 ? $"{(payload.Length == 2 ? (payload[0] * 256) + payload[1] : 0)}" : Encoding.Latin1.GetString(payload);
                frames.Add($"{opcode} {text}".TrimEnd());
                bytes = bytes[(2 + payload.Length)..];
            }

            return frames;
        }
    }

    public WebSocketWorld Send(params byte[][] frames)
    {
        Http.Send([.. frames.SelectMany(frame => frame)]);
        return this;
    }
}
