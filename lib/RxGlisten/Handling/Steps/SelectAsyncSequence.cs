namespace RxGlisten;

/// <summary>The sequence behind <c>SelectAsync</c>.</summary>
internal sealed class SelectAsyncSequence<TSource, T>(
    IObservable<TSource> source, Func<TSource, CancellationToken, ValueTask<T>> step, int maxConcurrent, int? maxQueued) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new StepQueue<TSource, T>(observer, step, maxConcurrent, maxQueued).Run(source);
    }
}
