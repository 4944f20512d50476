using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>The body behind a head. It is read from the connection only while somebody is subscribed, and what one reader leaves is there for the next.</summary>
internal sealed class RequestBody
{
    private const int MostPieceBytes = 1024 * 1024; // larger than any packet: a piece is never more than one

    private readonly IObservable<Message> _inbound;
    private readonly long _mostUnwanted;
    private readonly PacedBodyDecoder _decoder;

    public RequestBody(RequestHead head, IObservable<Message> inbound, HttpLimits limits, IScheduler scheduler)
    {
        (_inbound, _mostUnwanted) = (inbound, limits.UnwantedBytes);
        IBodyDecoder decoder = head.IsChunked ? new ChunkedBodyDecoder(limits) : new LengthBodyDecoder(head.ContentLength);
        _decoder = new PacedBodyDecoder(decoder, limits, scheduler);
        Rest = Observable.Defer(() => _decoder.IsOver ? Observable.Empty<Bytes>() : Pieces());
    }

    /// <summary>Whether the site asked for it.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>What nobody has read yet.</summary>
    public IObservable<Bytes> Rest { get; }

    /// <summary>The body in pieces, none of them empty. A client that waits for a word is given it before the response.</summary>
    public IObservable<Bytes> Read()
    {
        IsWanted = true;
        return Rest;
    }

    /// <summary>Reads what nobody wants, to find the request behind it. Gives nothing.</summary>
    public IObservable<Bytes> Skip() => Observable.Defer(() =>
    {
        var left = _mostUnwanted;
        return Rest.Do(piece => left = piece.Length <= left ? left - piece.Length : throw new RequestException(413, $"A body that nobody wants is longer than {_mostUnwanted} bytes."));
    }).IgnoreElements();

    private IObservable<Bytes> Pieces()
    {
        var decoded = _inbound.Bytes().Decode(_decoder, MostPieceBytes);
        var pieces = decoded.TakeUntil(_ => _decoder.IsOver).Where(piece => !piece.IsEmpty);
        return pieces.Concat(Observable.Defer(CheckEnd));
    }

    private IObservable<Bytes> CheckEnd() =>
        _decoder.IsOver ? Observable.Empty<Bytes>() : Observable.Throw<Bytes>(RequestException.Bad("The client finished before the body did."));
}
