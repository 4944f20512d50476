namespace RxGlisten.Spec.Testing;

/// <summary>Does something with each element, inside <c>OnNext</c>, without an operator of Rx between that would hide a breach of its grammar.</summary>
internal sealed class Each<T>(IObservable<T> source, Action<T> action) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer) => source.Subscribe(new Sink(observer, action));

    private sealed class Sink(IObserver<T> observer, Action<T> action) : IObserver<T>
    {
        public void OnNext(T value)
        {
            action(value);
            observer.OnNext(value);
        }

        public void OnError(Exception error) => observer.OnError(error);

        public void OnCompleted() => observer.OnCompleted();
    }
}
