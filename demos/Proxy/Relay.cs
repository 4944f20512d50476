using System.Reactive;
using System.Reactive.Linq;

namespace RxGlisten.Demos.Proxy;

/// <summary>Joins two connections, so that each end sees the other as if nobody were in between.</summary>
internal static class Relay
{
    /// <summary>
    /// Forwards bytes and FINs both ways; it completes when both sides are finished. A reset on either side is one on both. The connections' options ask for
    /// <see cref="AbnormalClosure.Error"/>, or a reset would look like a FIN.
    /// </summary>
    public static IObservable<Unit> Join(IConnection one, IConnection other)
    {
        var both = Forward(one, other).Merge(Forward(other, one));
        return both.Catch<Unit, ConnectionClosedException>(_ =>
        {
            one.Abort();
            other.Abort();
            return Observable.Empty<Unit>();
        });
    }

    /// <summary>
    /// The step's hold is the backpressure: while it lasts, nothing more is read from the sender, so that this is the only packet under way. It does not heed its token: a sender that has
    /// finished, and been finished with, is owed its last packet all the same.
    /// </summary>
    private static IObservable<Unit> Forward(IConnection from, IConnection to)
    {
        var sent = from.Inbound.OfType<Packet>().SelectAsync((packet, _) => to.Outbound.SendAsync(packet.Data, CancellationToken.None), maxConcurrent: 1);
        return sent.Do(_ => { }, to.Outbound.OnCompleted); // behind the last packet, and not beside it
    }
}
