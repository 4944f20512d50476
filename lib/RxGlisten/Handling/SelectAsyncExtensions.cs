using System.Reactive;

namespace RxGlisten;

/// <summary>Asynchronous steps that keep backpressure.</summary>
public static class SelectAsyncExtensions
{
    /// <summary>
    /// Runs an asynchronous step for each item and gives the results in the order of the items. An item holds its packet (<see cref="Packet.Hold"/>) until its result was emitted, so that a
    /// step that is slow slows the peer down. Two bounds hold at a time: <paramref name="maxConcurrent"/> steps run, and no more items are in here than <see cref="FlowControl"/> lets packets
    /// be on hold: with the default, <see cref="FlowControl.Once"/>, those of one packet.
    /// <para>
    /// The hold is taken of the delivery that runs around the operator, so that it may stand behind <c>Lines</c>, <c>Select</c> or another <c>SelectAsync</c>. Outside a
    /// delivery (behind <c>ObserveOn</c> or <c>Delay</c>, from a timer) there is nothing to hold, and the sequence ends with an <see cref="InvalidOperationException"/>, unless
    /// <paramref name="maxQueued"/> bounds what waits.
    /// </para>
    /// <para>
    /// Cold; each subscription subscribes the source once. Results are emitted one at a time: inside the item's own delivery where its step, and all before it, have ended by then, and otherwise as a
    /// turn of the connection's transport. A step that fails or throws ends the sequence with its error, after the results before it; so do the source's own ends, after all that is under way.
    /// Unsubscribing drops what waits.
    /// </para>
    /// </summary>
    /// <typeparam name="TSource">The items.</typeparam>
    /// <typeparam name="T">The results.</typeparam>
    /// <param name="source">The items.</param>
    /// <param name="step">
    /// Called for one item after the other, each call up to its first wait. Its token is cancelled when the connection that the item came from has closed, when the sequence ends, and on
    /// unsubscribing. A step that ends by it because the connection closed gives no result, and is no error.
    /// </param>
    /// <param name="maxConcurrent">How many steps run at a time. 1 or more.</param>
    /// <param name="maxQueued">
    /// How many items from outside a delivery may wait beside those that run, for their step or for their turn to be emitted; one more ends the sequence with an
    /// <see cref="InvalidOperationException"/>, after the results before it. Default null: such items are refused. 0 or more.
    /// </param>
    public static IObservable<T> SelectAsync<TSource, T>(
        this IObservable<TSource> source, Func<TSource, CancellationToken, ValueTask<T>> step, int maxConcurrent, int? maxQueued = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrent, 1);
        if (maxQueued is { } limit)
            ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(maxQueued));
        return new SelectAsyncSequence<TSource, T>(source, step, maxConcurrent, maxQueued);
    }

    /// <summary>The same for a step without a result, such as one that sends.</summary>
    /// <typeparam name="TSource">The items.</typeparam>
    /// <param name="source">The items.</param>
    /// <param name="step">As of the other form.</param>
    /// <param name="maxConcurrent">How many steps run at a time. 1 or more.</param>
    /// <param name="maxQueued">As of the other form.</param>
    public static IObservable<Unit> SelectAsync<TSource>(
        this IObservable<TSource> source, Func<TSource, CancellationToken, ValueTask> step, int maxConcurrent, int? maxQueued = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        return source.SelectAsync(
            (item, cancellation) =>
            {
                var running = step(item, cancellation);
                if (!running.IsCompletedSuccessfully)
                    return EndAsync(running);
                running.GetAwaiter().GetResult(); // a pooled one is given back
                return default;
            },
            maxConcurrent,
            maxQueued);
    }

    private static async ValueTask<Unit> EndAsync(ValueTask running)
    {
        await running.ConfigureAwait(false);
        return Unit.Default;
    }
}
