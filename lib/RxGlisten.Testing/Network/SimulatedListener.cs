using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>
/// A listening name: a line of accepts, a line of connections, and the accepts that are to fail. As a work item it ends the first accept of the line, if
/// there is something to end it with. Guarded by the network's lock.
/// </summary>
internal sealed class SimulatedListener(SimulatedNetwork network, SimulatedEndPoint endpoint, int backlog) : ITransportListener, IThreadPoolWorkItem
{
    private readonly Queue<ServerEnd> _arrived = new();
    private readonly LinkedList<WaitingAccept> _accepts = new();
    private bool _disposed;
    private int _given;

    public EndPoint LocalEndPoint => endpoint;

    public ITransportExecutor Executor => network.Queue;

    private bool HasResult => endpoint.AcceptFaults.Next.Count > 0 || _arrived.Count > 0;

    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        var accept = new WaitingAccept(this, network);
        accept.CancelWith(cancellation); // before it is in line, so that whoever ends it finds the registration
        AcceptResult result;
        lock (network.Gate)
        {
            if (_disposed || accept.IsCancelled)
            {
                result = Aborted;
            }
            else if (_accepts.Count > 0 || !HasResult)
            {
                accept.Place = _accepts.AddLast(accept);
                return accept.Wait();
            }
            else
            {
                result = Next();
            }
        }

        accept.Forget();
        return new ValueTask<AcceptResult>(result);
    }

    /// <summary>Takes a connection into the line, if it is not full.</summary>
    public bool TryArrive(ServerEnd connection)
    {
        if (_disposed || _arrived.Count - _accepts.Count >= backlog)
            return false;
        _arrived.Enqueue(connection);
        network.Queue.Post(this);
        return true;
    }

    public void Execute()
    {
        WaitingAccept accept;
        AcceptResult result;
        lock (network.Gate)
        {
            if (_accepts.First is not { } first || !HasResult)
                return;
            accept = Leave(first.Value);
            result = Next();
            if (_accepts.Count > 0 && HasResult)
                network.Queue.Post(this);
        }

        accept.End(result);
    }

    public void Dispose()
    {
        ServerEnd[] unaccepted;
        lock (network.Gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            network.Free(this);
            while (_accepts.First is { } first)
                network.Queue.Post(Leave(first.Value));
            unaccepted = [.. _arrived];
            _arrived.Clear();
        }

        foreach (var connection in unaccepted)
            connection.Abort();
    }

    private static AcceptResult Aborted => new(null, SocketError.OperationAborted);

    private AcceptResult Next()
    {
        if (!endpoint.AcceptFaults.Next.TryDequeue(out var error) && !endpoint.AcceptFaults.Of.Remove(_given + 1, out error))
        {
            _given++;
            var connection = _arrived.Dequeue();
            network.Accepted(connection);
            return new AcceptResult(connection, SocketError.Success);
        }

        network.Note(0, TraceDirection.None, TraceKind.AcceptFailed, default, $"{endpoint.Name} {error}");
        return new AcceptResult(null, error);
    }

    private void Cancel(WaitingAccept accept)
    {
        lock (network.Gate)
        {
            accept.IsCancelled = true;
            if (accept.Place is not null)
                network.Queue.Post(Leave(accept));
        }
    }

    private WaitingAccept Leave(WaitingAccept accept)
    {
        _accepts.Remove(accept.Place!); // in line: the callers have seen it there, in this lock
        accept.Place = null;
        return accept;
    }

    /// <summary>An accept in line. As a work item it ends without a connection.</summary>
    private sealed class WaitingAccept(SimulatedListener listener, SimulatedNetwork network) : Completion<AcceptResult>(network)
    {
        private CancellationTokenRegistration _registration;

        public bool IsCancelled { get; set; }

        public LinkedListNode<WaitingAccept>? Place { get; set; }

        public void CancelWith(CancellationToken cancellation) =>
            _registration = cancellation.UnsafeRegister(static self => ((WaitingAccept)self!).Cancel(), this);

        public ValueTask<AcceptResult> Wait() => Begin();

        public override void Execute() => End(Aborted);

        public void End(AcceptResult result)
        {
            Forget();
            Complete(result);
        }

        public void Forget() => _registration.Dispose();

        private void Cancel() => listener.Cancel(this);
    }
}
