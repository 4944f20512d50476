using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>A handler for each connection, in the manner of an actor: a state, and a loop that is given one message at a time.</summary>
public static class HandleExtensions
{
    /// <summary>
    /// Runs a handler for each connection. <paramref name="loop"/> is given the state and a message and says what is next; it sends by <see cref="IConnection.Outbound"/>.
    /// Messages are packets and, with the other form of this operator or <see cref="Next{TState}.WithUser"/>, the program's own. The operator owns the
    /// closing: the connection ends when the loop says <see cref="Next.Stop"/>, when it throws (see <paramref name="rescue"/>), and, after the messages that had
    /// come, when the peer has finished; what was sent is flushed. A reply that is still to come then needs <c>Serve</c>.
    /// <code>connections.Handle(c => 0, (count, message, c) => Next.Continue(count + 1))</code>
    /// </summary>
    /// <typeparam name="TState">The state of one connection.</typeparam>
    /// <param name="connections">A listener.</param>
    /// <param name="init">
    /// Gives a connection its first state; called inside the accept <c>OnNext</c>. One that throws ends its connection as <see cref="CloseKind.HandlerFault"/>.
    /// </param>
    /// <param name="loop">
    /// Called for each message: one at a time, in the order they came, never inside another of its calls or inside somebody else's. A packet is given to it inside its
    /// delivery where the loop is free, so the next is read when it has returned; one that had to wait was on hold meanwhile, and can be held on
    /// (<see cref="Packet.Hold"/>) as any other.
    /// </param>
    /// <param name="onClose">
    /// Told once of the end, whatever it was, with the last state: after the loop's last call, when descriptor and slot are given back and <see cref="IConnection.Closed"/>
    /// has completed, and before the element. What it throws is logged. Not called where <paramref name="init"/> gave no state. Default: nothing is told.
    /// </param>
    /// <param name="rescue">What a throw of <paramref name="loop"/> does. Default <see cref="Rescue.Stop"/>.</param>
    /// <returns>
    /// Cold; one element for each connection that ended, calls being serial. Completes when the source completed and the last handler ended. Disposing it closes its
    /// connections as <see cref="CloseKind.ServerStopping"/>; <paramref name="onClose"/> is still called for each.
    /// </returns>
    public static IObservable<ConnectionClosed> Handle<TState>(
        this IObservable<IConnection> connections,
        Func<IConnection, TState> init,
        Func<TState, Message, IConnection, Next<TState>> loop,
        Action<TState, ConnectionClosed>? onClose = null,
        Rescue rescue = Rescue.Stop)
    {
        ArgumentNullException.ThrowIfNull(init);
        return connections.Handle<TState>(connection => (init(connection), null), loop, onClose, rescue);
    }

    /// <summary>
    /// The same with messages of the program's own from the start. They may come on any thread, also from inside the loop: they wait until it is their turn, at
    /// most <see cref="ConnectionOptions.UserMessageLimit"/> at a time (<see cref="ConnectionOptions.UserMessagePolicy"/> decides past it). The source is unsubscribed at the
    /// connection's end. When it fails, the connection ends as <see cref="CloseKind.HandlerFault"/>, after the messages before; when it completes, there are no more of them.
    /// </summary>
    /// <typeparam name="TState">The state of one connection.</typeparam>
    /// <param name="connections">A listener.</param>
    /// <param name="init">Gives a connection its first state and its user messages (usually of <see cref="UserMessage{T}"/>), or null for none.</param>
    /// <param name="loop">As of the other form.</param>
    /// <param name="onClose">As of the other form.</param>
    /// <param name="rescue">As of the other form.</param>
    /// <returns>As of the other form.</returns>
    [OverloadResolutionPriority(1)] // a pair of a state and messages would do as a state alone, and mean nothing
    public static IObservable<ConnectionClosed> Handle<TState>(
        this IObservable<IConnection> connections,
        Func<IConnection, (TState State, IObservable<Message>? UserMessages)> init,
        Func<TState, Message, IConnection, Next<TState>> loop,
        Action<TState, ConnectionClosed>? onClose = null,
        Rescue rescue = Rescue.Stop)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(init);
        ArgumentNullException.ThrowIfNull(loop);
        return new HandleSequence<TState>(connections, new Handler<TState>(init, loop, onClose, rescue));
    }
}
