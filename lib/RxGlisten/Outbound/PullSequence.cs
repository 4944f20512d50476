using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>The sequence behind <see cref="Outgoing"/>.</summary>
/// <param name="source">The producer.</param>
/// <param name="release">Gives back what the producer reads from, also where it was never asked.</param>
internal sealed class PullSequence(IAsyncEnumerable<ReadOnlyMemory<byte>> source, Func<ValueTask>? release = null)
    : IObservable<ReadOnlyMemory<byte>>
{
    public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var sink = observer as IPullTaker;
        var pull = new Pull(source, release, observer, new PullTakers(sink ?? PullContext.Current, isOnly: sink is not null));
        pull.Start();
        return pull;
    }

    /// <summary>One subscription: asks, waits for room, hands on.</summary>
    private sealed class Pull(
        IAsyncEnumerable<ReadOnlyMemory<byte>> source, Func<ValueTask>? release, IObserver<ReadOnlyMemory<byte>> observer, PullTakers takers)
        : ICancelable, IPulled, IThreadPoolWorkItem
    {
        private readonly CancellationTokenSource _cancellation = new();
        private readonly bool _copies = observer is not IByteSink { KeepsNothing: true }; // the producer reuses its memory
        private Task _loop = Task.CompletedTask;

        public bool IsDisposed => _cancellation.IsCancellationRequested;

        /// <summary>
        /// Starts when the subscribing call has returned: a producer that never waits would keep it, and the accepting with it, and could not be
        /// unsubscribed.
        /// </summary>
        public void Start()
        {
            if (takers.Only?.Queue is { } queue)
                queue.Executor.Post(this);
            else
                CurrentThreadScheduler.Instance.Schedule(Execute);
        }

        public void Execute() => _loop = RunAsync();

        public void Dispose() => _cancellation.Cancel();

        public void Reaches(IPullTaker taker) => takers.Reached(taker);

        private async Task RunAsync()
        {
            Exception? error = null;
            var cut = false; // there is nobody to feed any more, and connections tell their pipelines of their ends by themselves
            try
            {
                if (!IsDisposed)
                {
                    var elements = source.GetAsyncEnumerator(_cancellation.Token);
                    try
                    {
                        while (true)
                        {
                            cut = !await takers.WaitForRoomAsync(_cancellation.Token).ConfigureAwait(false);
                            if (cut || IsDisposed || !await elements.MoveNextAsync().ConfigureAwait(false) || IsDisposed)
                                break;
                            Emit(elements.Current);
                        }
                    }
                    finally
                    {
                        await elements.DisposeAsync().ConfigureAwait(false);
                    }
                }
            }
            catch (Exception e)
            {
                error = e;
            }

            try
            {
                if (release is not null)
                    await release().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                error ??= e;
            }

            if (!IsDisposed && !cut)
                End(error);
        }

        private void Emit(ReadOnlyMemory<byte> element)
        {
            var outer = PullContext.Enter(takers.Only, this);
            try
            {
                observer.OnNext(_copies ? element.ToArray() : element);
            }
            finally
            {
                PullContext.Leave(outer);
            }
        }

        private void End(Exception? error)
        {
            var outer = PullContext.Enter(takers.Only);
            try
            {
                if (error is null)
                    observer.OnCompleted();
                else
                    observer.OnError(error);
            }
            catch (Exception e) when (takers.Only?.Queue is { } fed)
            {
                fed.Fault(e);
            }
            finally
            {
                PullContext.Leave(outer);
            }
        }
    }
}
