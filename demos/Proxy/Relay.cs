using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;

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

    private static IObservable<Unit> Forward(IConnection from, IConnection to)
    {
        var packets = from.Inbound.OfType<Packet>();
        var sent = packets.Select(packet => SendAsync(packet, to).ToObservable(ImmediateScheduler.Instance)).Concat();
        return sent.Do(_ => { }, to.Outbound.OnCompleted); // behind the last packet, and not beside it
    }

    /// <summary>
    /// The hold is the backpressure: while it lasts, nothing more is read from the sender, so that this is the only packet under way. It is taken inside the packet's
    /// delivery, for that is where an async method begins to run.
    /// </summary>
    private static async Task<Unit> SendAsync(Packet packet, IConnection to)
    {
        using var hold = packet.Hold();
        await to.Outbound.SendAsync(packet.Data);
        return Unit.Default;
    }
}
