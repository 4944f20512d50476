using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// One subscription of <c>SelectAsync</c>: the items in their order, from the oldest that was not emitted. The right to emit, and to call steps, is <see cref="_pumping"/>: who takes it goes on
/// until nothing can be emitted or begun, so calls are serial whoever makes them: the source with an item, or a posted turn when a step has ended. Nothing foreign is called under the lock.
/// </summary>
internal sealed class StepQueue<TSource, T>(
    IObserver<T> observer, Func<TSource, CancellationToken, ValueTask<T>> step, int maxConcurrent, int? maxQueued) : IObserver<TSource>, IDisposable, IThreadPoolWorkItem
{
    private readonly SingleAssignmentDisposable _upstream = new();
    private readonly StepLifetimes _lifetimes = new();
    private readonly Lock _gate = new();
    private Step<TSource, T>? _first;   // the oldest
    private Step<TSource, T>? _last;
    private Step<TSource, T>? _waiting; // the oldest whose step was not called
    private int _running;
    private int _loose;                 // items from outside a delivery
    private bool _pumping;
    private bool _sourceOver;
    private bool _isOver;
    private Connection? _telling;       // whose result is emitted

    /// <summary>Subscribes the items.</summary>
    public IDisposable Run(IObservable<TSource> source)
    {
        _upstream.Disposable = source.Subscribe(this);
        return this;
    }

    public void OnNext(TSource value)
    {
        var delivery = InboundStream.Delivering;
        if (delivery is null && maxQueued is null)
        {
            Refuse("SelectAsync was given an item outside a packet's delivery (behind ObserveOn or Delay, say, or by a timer), where it can't hold the peer back: say by maxQueued how many may wait.");
            return;
        }

        bool isFree;
        lock (_gate)
        {
            if (_isOver || _sourceOver)
                return;
            isFree = !_pumping && _first is null && _running == 0;
            if (isFree)
            {
                _pumping = true;
                _running = 1;
            }
        }

        if (isFree)
            RunNow(value, delivery);
        else
            Enqueue(value, delivery);
    }

    public void OnError(Exception error) => AddEnd(error);

    public void OnCompleted() => AddEnd(null);

    public void Dispose()
    {
        Step<TSource, T>? left;
        lock (_gate)
        {
            _isOver = true;
            left = _first;
            (_first, _last, _waiting) = (null, null, null);
        }

        _upstream.Dispose();
        for (; left is not null; left = left.Next)
        {
            // Where its step runs the packet is in use: it gives the credit back when it has ended.
            if (left.IsDone || !left.HasBegun)
                left.Release();
        }

        _lifetimes.End();
    }

    /// <summary>A step has ended, on whatever thread.</summary>
    public void OnEnded(Step<TSource, T> ended)
    {
        bool isOver, post;
        lock (_gate)
        {
            ended.IsDone = true;
            _running--;
            isOver = _isOver;
            post = !isOver && TryPump();
        }

        if (isOver)
            ended.Release();
        if (!post)
            return;
        if (ended.Connection is { } connection)
            connection.Executor.Post(this);
        else
            Pump();
    }

    /// <summary>A posted turn, with the right to emit.</summary>
    public void Execute()
    {
        try
        {
            Pump();
        }
        catch (Exception e) when (_telling is not null)
        {
            _telling.Closing.Fault(e);
        }
    }

    /// <summary>Nothing else is under way: where the step needs no wait, nothing is put on hold or in line.</summary>
    private void RunNow(TSource item, IDelivery? delivery)
    {
        var cancellation = _lifetimes.TokenFor(delivery?.Connection);
        ValueTask<T> running;
        try
        {
            running = step(item, cancellation);
        }
        catch (Exception e)
        {
            running = ValueTask.FromException<T>(e);
        }

        if (running.IsCompletedSuccessfully)
        {
            lock (_gate)
            {
                _running--;
                if (_isOver)
                    return;
            }

            Emit(running.Result);
        }
        else
        {
            var begun = new Step<TSource, T>(this, delivery, delivery?.Hold()) { Cancellation = cancellation, HasBegun = true };
            lock (_gate)
            {
                // Before all others, if its own call has made others come.
                begun.Next = _first;
                _first = begun;
                _last ??= begun;
                if (begun.IsLoose)
                    _loose++;
            }

            begun.Await(running);
        }

        Pump();
    }

    private void Enqueue(TSource item, IDelivery? delivery)
    {
        var added = new Step<TSource, T>(this, delivery, delivery?.Hold()) { Item = item, Cancellation = _lifetimes.TokenFor(delivery?.Connection) };
        bool isOver, isFull, pump = false;
        lock (_gate)
        {
            isOver = _isOver;
            isFull = added.IsLoose && _loose >= maxConcurrent + (long)maxQueued!.Value; // without it, none is loose: OnNext has looked
            if (!isOver && !isFull)
            {
                Append(added);
                _waiting ??= added;
                if (added.IsLoose)
                    _loose++;
                pump = TryPump();
            }
        }

        if (isOver)
            added.Release();
        else if (isFull)
            Refuse($"SelectAsync has {maxQueued} items waiting beside the {maxConcurrent} under way, and was given another one.");
        else if (pump)
            Pump();
    }

    private void AddEnd(Exception? error)
    {
        bool pump;
        lock (_gate)
        {
            if (_isOver || _sourceOver)
                return;
            _sourceOver = true;
            Append(new Step<TSource, T>(this, InboundStream.Delivering, hold: null) { IsEnd = true, IsDone = true, Error = error });
            pump = TryPump();
        }

        if (pump)
            Pump();
    }

    private void Refuse(string why)
    {
        AddEnd(new InvalidOperationException(why));
        _upstream.Dispose();
    }

    /// <summary>Under the lock.</summary>
    private void Append(Step<TSource, T> added)
    {
        if (_last is null)
            _first = added;
        else
            _last.Next = added;
        _last = added;
    }

    /// <summary>Takes the right to emit, if it is free and there is a use for it. Under the lock.</summary>
    private bool TryPump()
    {
        if (_pumping || (_first is not { IsDone: true } && (_waiting is null || _running >= maxConcurrent)))
            return false;
        return _pumping = true;
    }

    /// <summary>With the right to emit: emits what is ready and begins what may begin, and gives the right up when there is neither.</summary>
    private void Pump()
    {
        while (true)
        {
            Step<TSource, T> next;
            bool isReady;
            lock (_gate)
            {
                if (_isOver)
                    return;
                if (_first is { IsDone: true } ready)
                {
                    (next, isReady) = (ready, true);
                    _first = ready.Next;
                    _last = _first is null ? null : _last;
                    if (ready is { IsLoose: true, IsEnd: false })
                        _loose--;
                }
                else if (_waiting is not null && _running < maxConcurrent)
                {
                    (next, isReady) = (_waiting, false);
                    _waiting = next.Next is { IsEnd: false } after ? after : null;
                    next.HasBegun = true;
                    _running++;
                }
                else
                {
                    _pumping = false;
                    return;
                }
            }

            if (isReady)
                Tell(next);
            else
                next.Run(step);
        }
    }

    /// <summary>Emits what an item came to, as a part of its delivery.</summary>
    private void Tell(Step<TSource, T> ready)
    {
        var outer = InboundStream.Delivering;
        _telling = ready.Connection;
        InboundStream.Delivering = _telling is null ? null : ready;
        try
        {
            if (ready.IsEnd || (ready.Error is not null && !ready.IsCancelled))
                End(ready.Error);
            else if (!ready.IsCancelled)
                Emit(ready.Result!); // it has ended, and not failed
        }
        finally
        {
            InboundStream.Delivering = outer;
            ready.Release();
        }
    }

    private void Emit(T result)
    {
        try
        {
            observer.OnNext(result);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void End(Exception? error)
    {
        lock (_gate)
            _isOver = true;
        try
        {
            if (error is null)
                observer.OnCompleted();
            else
                observer.OnError(error);
        }
        finally
        {
            Dispose();
        }
    }
}
