namespace RxGlisten;

/// <summary>
/// The sending side of a connection. <c>OnNext</c> is thread-safe, never blocks, keeps each caller's order, never interleaves two
/// messages and keeps no reference to the memory after it returns; after the close it does nothing. <c>OnCompleted</c> flushes and
/// sends FIN (receiving goes on); <c>OnError</c> resets the connection.
/// </summary>
public interface IOutbound : IObserver<ReadOnlyMemory<byte>>
{
    /// <summary>Bytes accepted here and not yet taken by the transport.</summary>
    long QueuedBytes { get; }

    /// <summary>
    /// Whether the queue is under the high-water mark: the current state first, inside <c>Subscribe</c>, then each change, on the transport's
    /// thread; completes at the close. Any number of subscribers. A subscriber that lags sees the latest state, not every swing.
    /// </summary>
    IObservable<bool> Writable { get; }

    /// <summary>
    /// Waits (first come, first served) until the queue is under the high-water mark, then enqueues; it never trips the
    /// <see cref="SlowConsumerPolicy"/>. Order among sends that were not awaited and <c>OnNext</c> calls is not given.
    /// </summary>
    /// <param name="data">What to send; the caller's again when the task completes.</param>
    /// <param name="cancellation">Before the data is enqueued: nothing is sent. Later: ignored.</param>
    /// <exception cref="ConnectionClosedException">The connection is closed, or its sending side completed, with the reason.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default);

    /// <summary>Completes when all that was accepted before it was taken by the transport.</summary>
    /// <param name="cancellation">Ends the wait; what was accepted is sent all the same.</param>
    /// <exception cref="ConnectionClosedException">The connection closed before that, with the reason.</exception>
    ValueTask FlushAsync(CancellationToken cancellation = default);
}
