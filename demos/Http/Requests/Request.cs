using System.Reactive.Concurrency;

namespace RxGlisten.Demos.Http;

/// <summary>A request, as the site sees it.</summary>
internal sealed class Request(RequestHead head, IObservable<Message> inbound, HttpLimits limits, IScheduler scheduler)
{
    private RequestBody? _body;

    public RequestHead Head => head;

    public RequestBody Body => _body ??= new RequestBody(head, inbound, limits, scheduler);

    /// <summary>The target up to its query, as it was sent: what is escaped is so still.</summary>
    public string Path { get; } = head.Target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? head.Target[..query] : head.Target;

    /// <summary>Whether the client wants to know what a GET would give, without the content.</summary>
    public bool IsHead => Head.Method == "HEAD";
}
