using System.Reactive.Linq;
using System.Text;

namespace RxGlisten.Spec.Testing.Recordings;

/// <summary>Pure pipelines that answer clients.</summary>
internal static class Replies
{
    /// <summary>What came, back.</summary>
    public static IObservable<ReadOnlyMemory<byte>> Echo(IObservable<Message> inbound) => inbound.Bytes();

    /// <summary>An HTTP reply to each request without a body: what it asked for, and one that closes when asked to.</summary>
    public static IObservable<ReadOnlyMemory<byte>> Http(IObservable<Message> inbound)
    {
        var requests = inbound.Bytes().Scan((Tail: "", Whole: Array.Empty<string>()), static (state, bytes) =>
        {
            var text = state.Tail + Encoding.Latin1.GetString(bytes.Span);
            var pieces = text.Split("\r\n\r\n");
            return (pieces[^1], pieces[..^1]);
        });
        return requests.SelectMany(state => state.Whole).Select(static request =>
        {
            var body = $"You asked for: {request.Split("\r\n")[0]}\n";
            return (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        });
    }

    /// <summary>A RESP reply to each array of bulk strings: the number of its commands so far.</summary>
    public static IObservable<ReadOnlyMemory<byte>> Resp(IObservable<Message> inbound) =>
        inbound.Bytes()
            .SelectMany(bytes => bytes.ToArray().Where(b => b == '*'))
            .Select((_, index) => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($":{index + 1}\r\n"));
}
