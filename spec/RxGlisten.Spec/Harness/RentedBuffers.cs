using System.Buffers;
using System.Diagnostics.Tracing;

namespace RxGlisten.Spec.Harness;

/// <summary>
/// Counts the buffers that are rented from the shared pool and not given back, by the events of the pool itself. They come on the thread that rents or returns.
/// </summary>
/// <param name="counts">Which to count, by their size.</param>
internal sealed class RentedBuffers(Func<int, bool> counts) : EventListener
{
    private const int Rented = 1, Returned = 3;

    private int _out;
    private int _ever;

    /// <summary>Those of the current thread.</summary>
    public static RentedBuffers OfThisThread()
    {
        var thread = Environment.CurrentManagedThreadId;
        return new RentedBuffers(_ => Environment.CurrentManagedThreadId == thread);
    }

    /// <summary>How many are rented.</summary>
    public int Out => Volatile.Read(ref _out);

    /// <summary>How often one was rented.</summary>
    public int Ever => Volatile.Read(ref _ever);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId is not (Rented or Returned) || eventData.Payload is not [_, int size, int pool, ..])
            return;
        if (pool != ArrayPool<byte>.Shared.GetHashCode() || !counts(size))
            return;
        Interlocked.Add(ref _out, eventData.EventId == Rented ? 1 : -1);
        if (eventData.EventId == Rented)
            Interlocked.Increment(ref _ever);
    }
}
