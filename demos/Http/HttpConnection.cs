using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>
/// One connection: requests in, responses out, in order. Requests that can be answered at once are, inside the packet that they came in, so that what is pipelined
/// leaves as one send. A response that takes its time ends the round: the requests behind it stay with the connection, unread, until the next round begins.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="site">Gives the response to a request; may throw, which is 500.</param>
/// <param name="limits">What one client may ask for.</param>
/// <param name="date">The line that says the time.</param>
/// <param name="scheduler">Times what must not take long.</param>
internal sealed class HttpConnection(IConnection connection, Func<Request, Response> site, HttpLimits limits, DateHeader date, IScheduler scheduler)
{
    private static readonly Bytes s_continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private IObservable<Bytes> _conversation = Observable.Empty<Bytes>(); // what ends the round, where it takes its time
    private bool _roundEnds;
    private bool _goesOn;    // another round follows this one
    private bool _answering; // a part of a response has left

    /// <summary>All that is sent; to be subscribed once. Its end is to end the connection.</summary>
    public IObservable<Bytes> Responses => Observable.Defer(Round).DoWhile(() => _goesOn).Catch<Bytes, Exception>(Refuse);

    private IObservable<Bytes> Round()
    {
        _conversation = Observable.Empty<Bytes>();
        _roundEnds = _goesOn = false;
        var requests = connection.Inbound.Bytes().Decode(new RequestHeadDecoder(limits, scheduler), limits.HeadBytes);
        var answers = requests.TakeUntil(connection.Drains()).Select(Answer);
        return answers.TakeUntil(_ => _roundEnds).Concat(Observable.Defer(() => _conversation));
    }

    /// <summary>The response, if it can be given at once; if not, the round ends, and nothing is given yet.</summary>
    private Bytes Answer(RequestHead head)
    {
        var request = new Request(head, connection.Inbound, limits, scheduler);
        var response = site(request);
        // Who waits to send a body that nobody wants may send it or not, so that the next request can't be found; and to read a long one would take long.
        var isCut = !request.Body.IsWanted && (head.ExpectsContinue || head.ContentLength > limits.UnwantedBytes);
        var isOpenEnded = response.IsOpenEnded && head.MinorVersion == 0;
        var keepsAlive = head.KeepsAlive && !isCut && !isOpenEnded && response.Upgraded is null && !connection.Draining.IsCancellationRequested;
        var answer = ResponseHead.Write(response, head, keepsAlive, date.Line);
        var isAtOnce = !head.HasBody && response.Body is null && response.Upgraded is null;
        _roundEnds = !isAtOnce || !keepsAlive;
        if (isAtOnce)
            return answer;
        _goesOn = keepsAlive;
        _conversation = Converse(request, response, answer, isCut);
        return default;
    }

    /// <summary>A request with a body, or a response whose body is produced, or both.</summary>
    private IObservable<Bytes> Converse(Request request, Response response, Bytes answer, bool isCut)
    {
        var rest = isCut ? Observable.Empty<Bytes>() : request.Body.Skip();
        // A body that nobody wants is read before the answer, so that what is wrong with it can be the answer.
        var before = !request.Body.IsWanted ? rest : request.Head.ExpectsContinue ? Observable.Return(s_continue) : Observable.Empty<Bytes>();
        var body = request.IsHead ? null : response.Body;
        var coded = body is not null && response.IsOpenEnded && request.Head.MinorVersion > 0 ? ChunkEncoder.Encode(body) : body;
        return Observable.Concat(before, HeadFirst(answer, coded ?? Observable.Empty<Bytes>()), rest, Upgrade(response));
    }

    /// <summary>The head leaves with the first piece of the body, so that what fails before that can still be answered by its status.</summary>
    private IObservable<Bytes> HeadFirst(Bytes head, IObservable<Bytes> body) => Observable.Create<Bytes>(observer =>
    {
        void Begin()
        {
            if (_answering)
                return;
            _answering = true;
            observer.OnNext(head);
        }

        void End()
        {
            Begin();
            _answering = false;
            observer.OnCompleted();
        }

        return body.Do(_ => Begin()).Subscribe(observer.OnNext, observer.OnError, End);
    });

    private IObservable<Bytes> Upgrade(Response response) => Observable.Defer(() =>
    {
        if (response.Upgraded is not { } upgraded)
            return Observable.Empty<Bytes>();
        _answering = true; // it is no longer HTTP that errors could be answered in
        return upgraded(connection);
    });

    /// <summary>Answers what was no request, or what went wrong, if no answer is under way; then it is over.</summary>
    private IObservable<Bytes> Refuse(Exception error)
    {
        var end = Observable.Throw<Bytes>(error);
        if (_answering)
            return end;
        var status = error switch
        {
            RequestException bad => bad.Status,
            FrameTooLargeException => 431,
            ProtocolException => 400,
            _ => 500,
        };
        return end.StartWith(ResponseHead.Write(Response.Plain(status), null, keepsAlive: false, date.Line));
    }
}
