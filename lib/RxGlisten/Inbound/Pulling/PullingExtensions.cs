using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>
/// What a connection receives for code that pulls. Each of these subscribes <see cref="IConnection.Inbound"/> when it is first read and is its subscriber until it is left, so there is one
/// at a time. What was delivered and not read is on hold: no more than <see cref="FlowControl"/> allows, one packet by default, and then the peer waits.
/// Whoever leaves gives back what was not read, and the next subscriber goes on with the very next byte. The code that waits goes on in a turn of the transport, outside any
/// delivery, so that it may block (except in virtual time).
/// </summary>
public static class PullingExtensions
{
    /// <summary>The packets, each delivered when it is asked for. A packet is on hold until the next is asked for, and may be held longer in between (<see cref="Packet.Hold"/>).</summary>
    /// <param name="connection">Leaving the loop leaves it open; reading pauses.</param>
    /// <param name="cancellation">Ends the wait for a packet with an <see cref="OperationCanceledException"/>, and so the loop.</param>
    /// <returns>
    /// Ends when the connection's inbound side does; abnormally (<see cref="AbnormalClosure.Error"/>) with a <see cref="ConnectionClosedException"/>.
    /// Fails with <see cref="InvalidOperationException"/> where there is another subscriber.
    /// </returns>
    public static IAsyncEnumerable<Packet> ReadAllAsync(this IConnection connection, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Packets(connection, cancellation);
    }

    /// <summary>
    /// Both sides as a stream. Reads give what there is; a read of 0 bytes is the end, also that of a connection that was cut, unless <see cref="AbnormalClosure.Error"/> makes it a
    /// <see cref="ConnectionClosedException"/>. Writes wait for room (<see cref="IOutbound.SendAsync"/>), <c>Flush</c> until the transport has taken all. One read and any number of writes at a time. The
    /// methods that are not asynchronous block their thread: not for use inside a delivery or in virtual time.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="leaveOpen">
    /// Whether disposing the stream leaves the connection open, with what was not read given back to it. By default it closes the connection as its own <c>Dispose</c> does, without losing the tail.
    /// </param>
    public static Stream AsStream(this IConnection connection, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new ConnectionStream(connection, leaveOpen);
    }

    /// <summary>
    /// Both sides as pipes. The input's segments are the packets themselves, without a copy; once all was examined the packets' credit is given back, so that more is read, and what was
    /// not consumed stays. Completing the input gives what was not consumed back to the connection and leaves it open. A flush of the output waits for room
    /// (<see cref="IOutbound.SendAsync"/>) and says <c>IsCompleted</c> once nothing can be sent any more; completing it sends what was not flushed and then FIN, and completing it with an error resets.
    /// </summary>
    /// <param name="connection">The connection; it is the caller's to dispose.</param>
    /// <param name="maxBufferedBytes">
    /// How many bytes may have been examined and not consumed: a reader that wants more than that fails with a <see cref="FrameTooLargeException"/>. Default 1 MiB; 1 or more.
    /// </param>
    public static IDuplexPipe AsDuplexPipe(this IConnection connection, int maxBufferedBytes = 1024 * 1024)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBufferedBytes, 1);
        return new ConnectionPipe(new ConnectionPipeReader(connection, maxBufferedBytes), new ConnectionPipeWriter(connection.Outbound));
    }

    private static async IAsyncEnumerable<Packet> Packets(IConnection connection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new PacketReader(connection);
        while (await reader.WaitAsync(cancellation).ConfigureAwait(false))
        {
            if (!reader.TryTake(out var taken))
                continue;
            using (taken)
                yield return taken.Packet;
        }
    }
}
