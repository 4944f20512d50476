using System.Buffers;
using System.IO.Pipelines;

namespace RxGlisten;

/// <summary>Bytes to send that are produced on demand.</summary>
public static class Outgoing
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>
    /// The elements as an observable that a <c>Serve</c> sink pulls: inside a served pipeline the next element is asked for only while the connection's
    /// queue is under the high-water mark, so a producer without end takes bounded memory. Elsewhere it is pulled as fast as its observer takes it. So it
    /// is behind an operator that keeps elements for another thread or for later (<c>ObserveOn</c>, <c>Delay</c>, <c>Buffer</c>), for that one's queue
    /// is not seen: let the producer hop or wait instead. Shared by several connections (<c>Publish</c>) it goes at the pace of the
    /// fastest and ends with none of them; a slow one meets its <see cref="SlowConsumerPolicy"/>.
    /// Cold; each subscription enumerates once, and disposing it disposes the enumerator. One that is subscribed for a connection which is over, and
    /// that nobody else takes from, is disposed too, without a word.
    /// </summary>
    /// <param name="source">The producer; the memory of an element must last until the next is asked for.</param>
    public static IObservable<ReadOnlyMemory<byte>> Pull(IAsyncEnumerable<ReadOnlyMemory<byte>> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new PullSequence(source);
    }

    /// <summary>The same for a stream, in chunks of 64 KiB. One subscription, for a stream is read once.</summary>
    /// <param name="source">Read to its end.</param>
    /// <param name="leaveOpen">Whether the stream is the caller's to dispose; by default it is disposed at the end, however it comes.</param>
    public static IObservable<ReadOnlyMemory<byte>> Pull(Stream source, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanRead)
            throw new ArgumentException("The stream can't be read.", nameof(source));
        return new PullSequence(Chunks(source), leaveOpen ? null : source.DisposeAsync);
    }

    /// <summary>The same for a pipe. One subscription; the reader is completed at the end, however it comes.</summary>
    /// <param name="source">Read to its end.</param>
    public static IObservable<ReadOnlyMemory<byte>> Pull(PipeReader source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new PullSequence(Segments(source), () => source.CompleteAsync());
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks(
        Stream source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int count;
            while ((count = await source.ReadAsync(chunk, cancellation).ConfigureAwait(false)) > 0)
                yield return chunk.AsMemory(0, count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Segments(
        PipeReader source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ReadResult read;
        do
        {
            read = await source.ReadAsync(cancellation).ConfigureAwait(false);
            foreach (var segment in read.Buffer)
                yield return segment;
            source.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }
}
