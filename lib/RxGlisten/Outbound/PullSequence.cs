using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>The sequence behind <see cref="Outgoing"/>.</summary>
internal sealed class PullSequence(IAsyncEnumerable<ReadOnlyMemory<byte>> source) : IObservable<ReadOnlyMemory<byte>>
{
    public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var pull = new Pull(observer, (observer as ServedConnection)?.Queue ?? PullContext.Current);
        pull.Start(source);
        return pull;
    }

    /// <summary>One subscription: asks, waits for room, hands on.</summary>
    private sealed class Pull(IObserver<ReadOnlyMemory<byte>> observer, SendQueue? queue) : ICancelable
    {
        private readonly CancellationTokenSource _cancellation = new();
        private readonly bool _copies = observer is not IByteSink { KeepsNothing: true }; // the producer reuses its memory
        private Task _loop = Task.CompletedTask;

        public bool IsDisposed => _cancellation.IsCancellationRequested;

        public void Start(IAsyncEnumerable<ReadOnlyMemory<byte>> source) => _loop = RunAsync(source);

        public void Dispose() => _cancellation.Cancel();

        private async Task RunAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> source)
        {
            Exception? error = null;
            try
            {
                await PumpAsync(source).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                error = e;
            }

            if (IsDisposed || error is ConnectionClosedException)
                return;
            var outer = PullContext.Enter(queue);
            try
            {
                if (error is null)
                    observer.OnCompleted();
                else
                    observer.OnError(error);
            }
            finally
            {
                PullContext.Leave(outer);
            }
        }

        private async Task PumpAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> source)
        {
            var elements = source.GetAsyncEnumerator(_cancellation.Token);
            try
            {
                while (true)
                {
                    if (queue is not null)
                        await queue.WaitForRoomAsync(_cancellation.Token).ConfigureAwait(false);
                    if (!await elements.MoveNextAsync().ConfigureAwait(false) || IsDisposed)
                        return;
                    Emit(elements.Current);
                }
            }
            finally
            {
                await elements.DisposeAsync().ConfigureAwait(false);
            }
        }

        private void Emit(ReadOnlyMemory<byte> element)
        {
            var outer = PullContext.Enter(queue);
            try
            {
                observer.OnNext(_copies ? element.ToArray() : element);
            }
            finally
            {
                PullContext.Leave(outer);
            }
        }
    }
}
