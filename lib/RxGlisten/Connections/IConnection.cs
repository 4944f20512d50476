using System.Net;

namespace RxGlisten;

/// <summary>
/// One connection: an observable of what the peer sends and an observer of what to send to it.
/// Members are thread-safe. Nothing is read before <see cref="Inbound"/> is subscribed.
/// </summary>
public interface IConnection : IDisposable, IAsyncDisposable
{
    /// <summary>A number of its own, unique in the process and rising.</summary>
    long Id { get; }

    /// <summary>This side's address.</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>The peer's address; an IPv4 address mapped into IPv6 is shown as IPv4.</summary>
    EndPoint RemoteEndPoint { get; }

    /// <summary>What TLS agreed on; null where the bytes are plain.</summary>
    TlsInfo? Tls { get; }

    /// <summary>
    /// What the peer sends, each packet once and in order. Hot with one subscriber at a time: a second concurrent one gets
    /// <see cref="InvalidOperationException"/> (share with <c>Publish()</c>); one that comes later goes on at the next byte.
    /// Unsubscribing pauses reading and does not close. Packets stay valid for as long as they are kept.
    /// <c>OnNext</c> calls are serial, on the transport's thread, never inside <c>Subscribe</c>. Every closure is <c>OnCompleted</c>
    /// (see <see cref="AbnormalClosure"/>); what happened is in <see cref="Closed"/>.
    /// </summary>
    IObservable<Message> Inbound { get; }

    /// <summary>What is to be sent to the peer.</summary>
    IOutbound Outbound { get; }

    /// <summary>Completes once with why the connection ended, after its descriptor and slot were given back. Never faults; waits for no user code.</summary>
    Task<CloseReason> Closed { get; }

    /// <summary>Cancelled when the listener stops: finish up. One token for all connections of a listener; never cancelled for those of a client.</summary>
    CancellationToken Draining { get; }

    /// <summary>Resets the connection now; nothing is flushed. Ends as <see cref="CloseKind.Aborted"/>.</summary>
    void Abort();
}
