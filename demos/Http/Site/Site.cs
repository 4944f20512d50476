using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>What is served, by path and method. Shared by all connections.</summary>
internal sealed class Site
{
    private const string FilesPath = "/files/";

    private readonly Dictionary<string, Dictionary<string, Func<Request, Response>>> _routes = [];
    private readonly StaticFiles? _files;
    private readonly HttpLimits _limits;
    private readonly IScheduler _scheduler;

    /// <summary>Makes it.</summary>
    /// <param name="connections">How many connections the server has, the current number first.</param>
    /// <param name="files">The folder behind /files/; null for none.</param>
    /// <param name="limits">How long a message of a WebSocket may be.</param>
    /// <param name="scheduler">Times what is sent as time goes by.</param>
    public Site(IObservable<int> connections, string? files, HttpLimits limits, IScheduler scheduler)
    {
        (_limits, _scheduler) = (limits, scheduler);
        _files = files is null ? null : new StaticFiles(files);
        var hello = Response.Text("Hello, world!\n");
        var counts = connections.Sample(TimeSpan.FromMilliseconds(100), scheduler).Merge(connections.Take(1));
        Add("GET", "/", Page.Read("index.html"));
        Add("GET", "/live", Page.Read("live.html"));
        Add("GET", "/hello", _ => hello);
        Add("GET", "/clock", _ => new Response(200) { ContentType = "text/plain", Body = Ticks() });
        Add("POST", "/echo", Echo);
        Add("POST", "/size", Size);
        Add("GET", "/socket/echo", request => WebSocket(request, messages => messages));
        Add("GET", "/socket/connections", request => WebSocket(request, _ => counts.Select(count => WebSocketMessage.Of($"{count}"))));
    }

    /// <summary>The response to a request.</summary>
    public Response Answer(Request request)
    {
        var method = request.IsHead ? "GET" : request.Head.Method;
        if (_files is not null && method == "GET" && request.Path.StartsWith(FilesPath, StringComparison.Ordinal))
            return _files.Answer(request, request.Path[FilesPath.Length..]);
        if (!_routes.TryGetValue(request.Path, out var methods))
            return Response.Plain(404);
        return methods.TryGetValue(method, out var answer)
            ? answer(request)
            : Response.Plain(405) with { Fields = $"Allow: {string.Join(", ", methods.Keys.SelectMany(Allowed))}\r\n" };
    }

    /// <summary>A method, and what else it allows (RFC 9110, 9.3.2).</summary>
    private static string[] Allowed(string method) => method == "GET" ? ["GET", "HEAD"] : [method];

    private void Add(string method, string path, Func<Request, Response> answer)
    {
        if (!_routes.TryGetValue(path, out var methods))
            _routes.Add(path, methods = []);
        methods.Add(method, answer);
    }

    private void Add(string method, string path, Response response) => Add(method, path, _ => response);

    /// <summary>The body comes back as it came, with its length or in chunks, while it is still being sent.</summary>
    private static Response Echo(Request request) => new(200)
    {
        ContentType = request.Head.Fields.Text("content-type"u8) ?? "application/octet-stream",
        Body = request.Body.Read(),
        Length = request.Head.IsChunked ? null : request.Head.ContentLength,
    };

    private static Response Size(Request request)
    {
        var size = request.Body.Read().Aggregate(0L, (total, piece) => total + piece.Length);
        return new Response(200) { ContentType = "text/plain", Body = size.Select(total => (Bytes)System.Text.Encoding.ASCII.GetBytes($"{total}\n")) };
    }

    private IObservable<Bytes> Ticks()
    {
        var ticks = Observable.Timer(TimeSpan.Zero, TimeSpan.FromSeconds(1), _scheduler).Take(10);
        return ticks.Select(_ => (Bytes)System.Text.Encoding.ASCII.GetBytes($"{_scheduler.Now:HH:mm:ss}\n"));
    }

    private Response WebSocket(Request request, Func<IObservable<WebSocketMessage>, IObservable<WebSocketMessage>> conversation) =>
        WebSocketHandshake.Answer(request, connection => WebSocketSession.Run(connection, conversation, _limits, _scheduler));
}
