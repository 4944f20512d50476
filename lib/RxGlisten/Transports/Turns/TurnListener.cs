using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace RxGlisten;

/// <summary>A listening name inside the process: a line of accepts and a line of connections. Guarded by the network's lock.</summary>
internal abstract class TurnListener<TEnd> : ITransportListener
    where TEnd : ITransportConnection
{
    private readonly Lock _gate;
    private readonly SchedulerExecutor _queue;
    private readonly int _backlog;
    private readonly TurnAccepts _accepts;
    private readonly Queue<TEnd> _arrived = new();
    private bool _disposed;

    protected TurnListener(Lock gate, SchedulerExecutor queue, EndPoint endpoint, int backlog)
    {
        (_gate, _queue, LocalEndPoint, _backlog) = (gate, queue, endpoint, backlog);
        _accepts = new TurnAccepts(gate, queue, Take);
    }

    public EndPoint LocalEndPoint { get; }

    public ITransportExecutor Executor => _queue;

    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation) => _accepts.AcceptAsync(cancellation);

    /// <summary>Takes a connection into the line, if it is not full. Under the lock.</summary>
    public bool TryArrive(TEnd connection)
    {
        if (_disposed || _arrived.Count - _accepts.Count >= _backlog) return false;
        _arrived.Enqueue(connection);
        _accepts.Wake();
        return true;
    }

    /// <summary>There may be something for the accepts that wait. Under the lock.</summary>
    public void Wake() => _accepts.Wake();

    public void Dispose()
    {
        TEnd[] unaccepted;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            Free();
            _accepts.Close();
            unaccepted = [.. _arrived];
            _arrived.Clear();
        }
        foreach (var connection in unaccepted) connection.Abort();
    }

    /// <summary>What the next accept gives; null for nothing yet. Under the lock.</summary>
    protected abstract AcceptResult? Take();

    /// <summary>Gives the name back. Under the lock.</summary>
    protected abstract void Free();

    /// <summary>Whether a connection waits. Under the lock.</summary>
    protected bool HasArrived => _arrived.Count > 0;

    /// <summary>Takes the connection that waits longest out of the line. Under the lock.</summary>
    protected bool TryDequeue([MaybeNullWhen(false)] out TEnd connection) => _arrived.TryDequeue(out connection);
}
