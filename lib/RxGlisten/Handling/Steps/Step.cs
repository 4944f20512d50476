using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>
/// One item of a <see cref="StepQueue{TSource, T}"/>: it waits, its step runs, its result waits for its turn. While the result is emitted this is the delivery that goes on. The end of the
/// source is one too, with nothing to run.
/// </summary>
internal sealed class Step<TSource, T>(StepQueue<TSource, T> queue, IDelivery? delivery, PacketHold? hold) : IDelivery
{
    private ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter _running;

    /// <summary>The next in the order; guarded by the queue.</summary>
    public Step<TSource, T>? Next { get; set; }

    /// <summary>Whether it came outside a delivery, so that nothing but the queue's own limit bounds it.</summary>
    public bool IsLoose { get; } = delivery is null;

    /// <summary>Whether it is the end of the sequence.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Whether its step was called; guarded by the queue.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether it may be emitted; guarded by the queue.</summary>
    public bool IsDone { get; set; }

    /// <summary>What is waited with; forgotten when the step begins.</summary>
    public TSource? Item { get; set; }

    /// <summary>What its step was, or will be, given.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What its step gave.</summary>
    public T? Result { get; private set; }

    /// <summary>... or how it failed.</summary>
    public Exception? Error { get; set; }

    /// <summary>The connection that it came from; null where it came from nowhere.</summary>
    public Connection? Connection { get; } = delivery?.Connection;

    /// <summary>Whether its step gave up because the connection closed.</summary>
    public bool IsCancelled => Error is OperationCanceledException && !IsEnd && Cancellation.IsCancellationRequested;

    Connection IDelivery.Connection => Connection!; // a step from nowhere is never put where deliveries are looked for

    PacketHold? IDelivery.Hold() => hold?.Again();

    /// <summary>Calls the step, and sees to it that the queue is told when it has ended.</summary>
    public void Run(Func<TSource, CancellationToken, ValueTask<T>> step)
    {
        ValueTask<T> running;
        try
        {
            running = step(Item!, Cancellation); // it has an item, or it would be the end
        }
        catch (Exception e)
        {
            running = ValueTask.FromException<T>(e);
        }

        Item = default;
        Await(running);
    }

    /// <summary>The step was called: sees to it that the queue is told when it has ended, perhaps now.</summary>
    public void Await(ValueTask<T> running)
    {
        _running = running.ConfigureAwait(false).GetAwaiter();
        if (_running.IsCompleted)
            OnEnded();
        else
            _running.UnsafeOnCompleted(OnEnded);
    }

    /// <summary>Gives the packet's credit back.</summary>
    public void Release() => hold?.Dispose();

    private void OnEnded()
    {
        try
        {
            Result = _running.GetResult();
        }
        catch (Exception e)
        {
            Error = e;
        }

        queue.OnEnded(this);
    }
}
