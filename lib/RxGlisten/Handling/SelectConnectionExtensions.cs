namespace RxGlisten;

/// <summary>Queries over connections that a single connection can't end.</summary>
public static class SelectConnectionExtensions
{
    /// <summary>
    /// <c>SelectMany</c> with isolation: an error or a throw in one inner sequence ends that connection only (as
    /// <see cref="CloseKind.HandlerFault"/> or <see cref="CloseKind.ProtocolError"/>). A connection is closed gracefully when its inner sequence completes, and
    /// all are when the query is disposed (<see cref="CloseKind.ServerStopping"/>). An inner sequence lives until it completes by itself, which
    /// those over <see cref="IConnection.Inbound"/> do when the connection ends; stop others by <c>TakeUntil</c>.
    /// </summary>
    /// <typeparam name="T">The elements.</typeparam>
    /// <param name="connections">A listener.</param>
    /// <param name="selector">Makes a connection's inner sequence; called inside the accept <c>OnNext</c>.</param>
    /// <returns>Cold; the elements of all inner sequences, calls being serial. Completes when the source and all inner sequences have.</returns>
    public static IObservable<T> SelectConnection<T>(this IObservable<IConnection> connections, Func<IConnection, IObservable<T>> selector)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(selector);
        return new SelectConnectionSequence<T>(connections, selector);
    }
}
