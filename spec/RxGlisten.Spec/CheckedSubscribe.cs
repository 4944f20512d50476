using System.Runtime.ExceptionServices;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec;

/// <summary>
/// Stands in for the <c>Subscribe</c> of Rx in all specs, being in the namespace around them: observers made of delegates have their grammar checked too. Those
/// of Rx itself hide a breach, for they drop what comes after the end.
/// </summary>
internal static class CheckedSubscribe
{
    public static IDisposable Subscribe<T>(
        this IObservable<T> source, Action<T>? onNext = null, Action<Exception>? onError = null, Action? onCompleted = null) =>
        source.Subscribe(new Observer<T>(onNext, onError, onCompleted));

    public static IDisposable Subscribe<T>(this IObservable<T> source, Action<T> onNext, Action onCompleted) =>
        source.Subscribe(new Observer<T>(onNext, null, onCompleted));

    private sealed class Observer<T>(Action<T>? onNext, Action<Exception>? onError, Action? onCompleted) : IObserver<T>
    {
        private readonly Grammar _grammar = new();

        public void OnNext(T value)
        {
            try
            {
                if (_grammar.Enter("OnNext"))
                    onNext?.Invoke(value);
            }
            finally
            {
                _grammar.Leave();
            }
        }

        public void OnError(Exception error)
        {
            try
            {
                if (!_grammar.Enter("OnError"))
                    return;
                _grammar.End();
                if (onError is null)
                    ExceptionDispatchInfo.Throw(error);
                onError(error);
            }
            finally
            {
                _grammar.Leave();
            }
        }

        public void OnCompleted()
        {
            try
            {
                if (!_grammar.Enter("OnCompleted"))
                    return;
                _grammar.End();
                onCompleted?.Invoke();
            }
            finally
            {
                _grammar.Leave();
            }
        }
    }
}
