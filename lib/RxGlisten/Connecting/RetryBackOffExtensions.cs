using System.Reactive.Concurrency;

namespace RxGlisten;

/// <summary>Retry with pauses.</summary>
public static class RetryBackOffExtensions
{
    /// <summary>
    /// Subscribes the source again, after a while, when it fails: <see cref="RxClient"/>'s <c>Use</c>, say, whose server is not up yet, or
    /// was lost. The waits grow from one failure to the next (see <see cref="BackOffOptions"/>), and start over once the source has given
    /// an element.
    /// </summary>
    /// <param name="source">Cold: each subscription of it is a new try.</param>
    /// <param name="options">How long to wait, and how often.</param>
    /// <param name="scheduler">Runs the waits, and the subscriptions after them.</param>
    /// <returns>
    /// Cold. Its elements are the source's, on the source's threads; its completion too. It fails with the source's error when
    /// <see cref="BackOffOptions.Attempts"/> failures in a row were tried again, or when <see cref="BackOffOptions.Retries"/> says no.
    /// Unsubscribing ends the try or the wait under way.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; thrown by this call itself.</exception>
    public static IObservable<T> RetryBackOff<T>(this IObservable<T> source, BackOffOptions options, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(scheduler);
        options.Validate();
        return new RetryBackOffSequence<T>(source, options, scheduler);
    }
}
