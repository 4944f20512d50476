using System.Net;
using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// A listening name: a line of accepts and a line of connections. As a work item it brings the heads of both together.
/// The network's lock guards both lines.
/// </summary>
internal sealed class MemoryListener(MemoryNetwork network, MemoryEndPoint endpoint, int backlog) : ITransportListener, IThreadPoolWorkItem
{
    private readonly Queue<MemoryConnection> _arrived = new();
    private readonly LinkedList<MemoryAccept> _accepts = new();
    private bool _disposed;

    public EndPoint LocalEndPoint => endpoint;

    public ITransportExecutor Executor => network.Queue;

    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        var accept = new MemoryAccept(this, network.Queue);
        // Before it is in line, so that whoever ends it finds the registration. The callback may run in this very call.
        accept.CancelWith(cancellation);
        AcceptResult result;
        lock (network.Gate)
        {
            if (_disposed || accept.IsCancelled) result = new AcceptResult(null, SocketError.OperationAborted);
            else if (_accepts.Count > 0 || _arrived.Count == 0)
            {
                accept.Place = _accepts.AddLast(accept);
                return accept.Wait();
            }
            else result = new AcceptResult(_arrived.Dequeue(), SocketError.Success);
        }
        accept.Forget();
        return new ValueTask<AcceptResult>(result);
    }

    /// <summary>Takes a connection into the line, if it is not full. The lock is held.</summary>
    public bool TryArrive(MemoryConnection connection)
    {
        if (_arrived.Count - _accepts.Count >= backlog) return false;
        _arrived.Enqueue(connection);
        // One turn each. An accept gets in line only where nothing has arrived or others are in line already, so there are always
        // at least as many turns to come as there are pairs to make.
        network.Queue.Post(this);
        return true;
    }

    public void Execute()
    {
        MemoryAccept accept;
        MemoryConnection connection;
        lock (network.Gate)
        {
            if (_accepts.First is not { } first || _arrived.Count == 0) return;
            accept = Leave(first.Value);
            connection = _arrived.Dequeue();
        }
        accept.Accept(connection);
    }

    /// <summary>Ends an accept that still waits; one that has been given a connection keeps it.</summary>
    public void Cancel(MemoryAccept accept)
    {
        lock (network.Gate)
        {
            accept.IsCancelled = true;
            if (accept.Place is not null) network.Queue.Post(Leave(accept));
        }
    }

    public void Dispose()
    {
        MemoryConnection[] unaccepted;
        lock (network.Gate)
        {
            if (_disposed) return;
            _disposed = true;
            network.Free(endpoint);
            while (_accepts.First is { } first) network.Queue.Post(Leave(first.Value));
            unaccepted = [.. _arrived];
            _arrived.Clear();
        }
        foreach (var connection in unaccepted) connection.Abort();
    }

    private MemoryAccept Leave(MemoryAccept accept)
    {
        _accepts.Remove(accept.Place!); // In line: both callers have seen it there, in this lock.
        accept.Place = null;
        return accept;
    }
}
