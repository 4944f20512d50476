namespace RxGlisten;

/// <summary>Operators on what a connection receives.</summary>
public static class InboundExtensions
{
    /// <summary>
    /// The packets' bytes; other messages are left out. Cold over its source: each subscription subscribes it once, on the thread and
    /// with the errors of the source. The memory stays valid for as long as it is kept.
    /// </summary>
    /// <param name="inbound">Usually <see cref="IConnection.Inbound"/>.</param>
    public static IObservable<ReadOnlyMemory<byte>> Bytes(this IObservable<Message> inbound)
    {
        ArgumentNullException.ThrowIfNull(inbound);
        return new PacketBytes(inbound);
    }
}
