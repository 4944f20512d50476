namespace RxGlisten;

/// <summary>The main way to serve: one pipeline a connection.</summary>
public static class ServeExtensions
{
    /// <summary>
    /// Runs a pipeline for each connection and sends what it yields. The operator owns the closing: when the pipeline completes, the connection is
    /// flushed and closed gracefully; when it fails or throws, that connection alone ends, as <see cref="CloseKind.HandlerFault"/> (or
    /// <see cref="CloseKind.ProtocolError"/> for a <see cref="ProtocolException"/>), with what it had queued flushed. When the connection closes, the
    /// pipeline is told through <see cref="IConnection.Inbound"/> and then unsubscribed.
    /// </summary>
    /// <param name="connections">A listener.</param>
    /// <param name="pipeline">Makes a connection's pipeline; called inside the accept <c>OnNext</c>.</param>
    /// <returns>
    /// Cold; one element for each connection that ended, after its descriptor and slot were given back, and never before its pipeline was made and
    /// subscribed. Completes when the source completed and the last connection closed: who stops the listener and wants every element awaits that, and not
    /// <see cref="IListener.StopAsync"/> alone, which may be a moment earlier. Disposing it closes its connections as <see cref="CloseKind.ServerStopping"/>.
    /// </returns>
    public static IObservable<ConnectionClosed> Serve(
        this IObservable<IConnection> connections, Func<IConnection, IObservable<ReadOnlyMemory<byte>>> pipeline)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(pipeline);
        return new ServeSequence(connections, pipeline);
    }

    /// <summary>
    /// The same for a producer that is pulled: it is asked for its next element only while there is room, so one that yields without end
    /// takes no more memory than the high-water mark. It is disposed when the connection closes.
    /// </summary>
    /// <param name="connections">A listener.</param>
    /// <param name="producer">Makes a connection's producer; called inside the accept <c>OnNext</c>. The memory of an element is read before the next is asked for.</param>
    /// <returns>As of the other form.</returns>
    public static IObservable<ConnectionClosed> Serve(
        this IObservable<IConnection> connections, Func<IConnection, IAsyncEnumerable<ReadOnlyMemory<byte>>> producer)
    {
        ArgumentNullException.ThrowIfNull(producer);
        return connections.Serve(connection => Outgoing.Pull(producer(connection)));
    }

    /// <summary>
    /// The same for a pure pipeline from messages to bytes, which a spec can run with no socket at all.
    /// </summary>
    /// <param name="connections">A listener.</param>
    /// <param name="pipeline">Makes a pipeline over <see cref="IConnection.Inbound"/>; called inside the accept <c>OnNext</c>.</param>
    /// <returns>As of <see cref="Serve(IObservable{IConnection}, Func{IConnection, IObservable{ReadOnlyMemory{byte}}})"/>.</returns>
    public static IObservable<ConnectionClosed> ServePipeline(
        this IObservable<IConnection> connections, Func<IObservable<Message>, IObservable<ReadOnlyMemory<byte>>> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return connections.Serve(connection => pipeline(connection.Inbound));
    }
}
