using System.Text;
using RxGlisten.Spec.Testing.Recordings;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing.Pictures;

/// <summary>Pictures for people to look at: plain, dense, many, long.</summary>
internal static class PictureSamples
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    public static IEnumerable<(string Name, string Picture)> All()
    {
        yield return ("http", new MarblePicture { Title = "Two requests on one connection", Operators = ["Bytes()", "Scan: requests", "Select: replies"] }
            .Render(Replay(Replies.Http, (0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), (40, "GET /two HTTP/1.1\r\n"), (55, "Host: a\r\n\r\n"))));
        yield return ("small", new MarblePicture { Title = "Bytes", Operators = ["Bytes()"] }
            .Render(Replay(Replies.Echo, (0, "a"), (100, "b"), (180, "\u0000\u0001"), (400, "hello\n"), (900, new string('x', 5000)))));
        yield return ("dense", new MarblePicture { Title = "A burst, a pause, a burst", Operators = ["Bytes()"] }
            .Render(Replay(Replies.Echo, [.. Enumerable.Range(0, 300).Select(i => (i < 200 ? i : i * 40, new string('z', 1 + i)))])));
        yield return ("ends", new MarblePicture { Title = "Ends of connections", Operators = ["Bytes()"] }.Render(Ends()));
        yield return ("hour", new MarblePicture { Title = "An hour, without operators" }
            .Render(Replay(Replies.Echo, [.. Enumerable.Range(0, 60).Select(i => (i * 60_000, "ping"))])));
    }

    private static IReadOnlyList<ConnectionEvent> Replay(
        Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline, params (int Milliseconds, string Text)[] packets)
    {
        var arrived = packets.Select(packet =>
            new ConnectionEvent(packet.Milliseconds * Millisecond, 1, ConnectionEventKind.Received) { Data = Encoding.Latin1.GetBytes(packet.Text) });
        var end = (packets[^1].Milliseconds + 20) * Millisecond;
        var opened = new ConnectionEvent(TimeSpan.Zero, 1, ConnectionEventKind.Opened) { Text = "127.0.0.1:3000", Detail = "127.0.0.1:50123" };
        return Recording.Of([opened, .. arrived, new ConnectionEvent(end, 1, ConnectionEventKind.InboundEnded)]).Run(pipeline).Events;
    }

    private static ConnectionEvent[] Ends()
    {
        var kinds = new[] { "PeerClosed", "PeerReset", "Aborted", "IdleTimeout", "HandlerFault", "ServerStopping", "" };
        return [.. kinds.SelectMany((kind, i) => End(i + 1, kind)).OrderBy(e => e.Time)];
    }

    private static IEnumerable<ConnectionEvent> End(long id, string kind)
    {
        yield return new(id * 10 * Millisecond, id, ConnectionEventKind.Opened) { Text = "unix:/run/app.sock", Detail = "unix:" };
        yield return new(id * 20 * Millisecond, id, ConnectionEventKind.Received) { Data = "hello"u8.ToArray() };
        yield return new(id * 25 * Millisecond, id, ConnectionEventKind.Sent) { Data = "HELLO"u8.ToArray() };
        if (kind.Length == 0)
            yield break;
        if (kind == "PeerClosed")
            yield return new(id * 40 * Millisecond, id, ConnectionEventKind.InboundEnded);
        if (kind is "PeerClosed" or "IdleTimeout")
            yield return new(id * 45 * Millisecond, id, ConnectionEventKind.OutboundFinished);
        yield return new(id * 50 * Millisecond, id, ConnectionEventKind.Closed) { Text = kind };
    }
}
