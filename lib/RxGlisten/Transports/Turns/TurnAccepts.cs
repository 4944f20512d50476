using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// The accepts that wait at a listener inside the process. As a work item it ends the first of them with what there is. Guarded by the network's lock.
/// </summary>
/// <param name="gate">The network's lock.</param>
/// <param name="queue">Where accepts that waited go on.</param>
/// <param name="take">Takes the next result, if there is one. Called under the lock.</param>
internal sealed class TurnAccepts(Lock gate, SchedulerExecutor queue, Func<AcceptResult?> take) : IThreadPoolWorkItem
{
    private static readonly AcceptResult Aborted = new(null, SocketError.OperationAborted);

    private readonly LinkedList<WaitingAccept> _line = new();
    private bool _closed;

    /// <summary>How many wait. Under the lock.</summary>
    public int Count => _line.Count;

    /// <summary>Takes what there is for those that wait, or waits behind them.</summary>
    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        var accept = new WaitingAccept(this, queue);
        // Before it is in line, so that whoever ends it finds the registration. The callback may run in this very call.
        accept.CancelWith(cancellation);
        AcceptResult result;
        lock (gate)
        {
            if (_closed || accept.IsCancelled) result = Aborted;
            else if (_line.Count == 0 && take() is { } now) result = now;
            else
            {
                accept.Place = _line.AddLast(accept);
                return accept.Start();
            }
        }
        accept.Forget();
        return new ValueTask<AcceptResult>(result);
    }

    /// <summary>There is something for those that wait: to be called, under the lock, after each change that may be one.</summary>
    public void Wake()
    {
        if (_line.Count > 0) queue.Post(this);
    }

    /// <summary>Ends those that wait, and all that come. Under the lock.</summary>
    public void Close()
    {
        _closed = true;
        while (_line.First is { } first) queue.Post(Leave(first.Value));
    }

    public void Execute()
    {
        WaitingAccept accept;
        AcceptResult result;
        lock (gate)
        {
            if (_line.First is not { } first || take() is not { } taken) return;
            accept = Leave(first.Value);
            result = taken;
            Wake();
        }
        accept.End(result);
    }

    /// <summary>Ends an accept that still waits; one that has been given a connection keeps it.</summary>
    private void Cancel(WaitingAccept accept)
    {
        lock (gate)
        {
            accept.IsCancelled = true;
            if (accept.Place is not null) queue.Post(Leave(accept));
        }
    }

    private WaitingAccept Leave(WaitingAccept accept)
    {
        _line.Remove(accept.Place!); // In line: the callers have seen it there, in this lock.
        accept.Place = null;
        return accept;
    }

    /// <summary>An accept in line. As a work item it ends without a connection.</summary>
    private sealed class WaitingAccept(TurnAccepts line, SchedulerExecutor queue) : TurnOperation<AcceptResult>(queue)
    {
        private CancellationTokenRegistration _registration;

        /// <summary>Whether its cancellation came before it had a place in the line.</summary>
        public bool IsCancelled { get; set; }

        /// <summary>Its place in the line; null when it has none.</summary>
        public LinkedListNode<WaitingAccept>? Place { get; set; }

        public void CancelWith(CancellationToken cancellation) =>
            _registration = cancellation.UnsafeRegister(static self => ((WaitingAccept)self!).Cancel(), this);

        public ValueTask<AcceptResult> Start() => Begin();

        public override void Execute() => End(Aborted);

        public void End(AcceptResult result)
        {
            Forget();
            Complete(result);
        }

        public void Forget() => _registration.Dispose();

        private void Cancel() => line.Cancel(this);
    }
}
