using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>Accepts the recorded clients. Waiting accepts are completed in turns of the transport's queue.</summary>
internal sealed class ReplayListener(ReplayTransport transport) : ITransportListener
{
    private readonly Lock _gate = new();
    private readonly Queue<ReplayClient> _arrived = new();
    private readonly List<Waiting> _accepts = [];
    private bool _disposed;

    public EndPoint LocalEndPoint => transport;

    public ITransportExecutor Executor => transport.Executor;

    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        Waiting accept;
        lock (_gate)
        {
            if (_disposed || cancellation.IsCancellationRequested)
                return new(new AcceptResult(null, SocketError.OperationAborted));
            if (_accepts.Count == 0 && _arrived.TryDequeue(out var client))
                return new(new AcceptResult(client, SocketError.Success));
            _accepts.Add(accept = new Waiting());
        }

        // Outside the lock: the callback runs in this very call if the cancellation has come meanwhile.
        accept.Registration = cancellation.UnsafeRegister(_ => Cancel(accept), null);
        return new(accept.Result.Task);
    }

    /// <summary>A client comes.</summary>
    public void Arrive(ReplayClient client)
    {
        Waiting? accept = null;
        lock (_gate)
        {
            if (!_disposed)
                accept = _accepts.FirstOrDefault();
            if (accept is not null)
                _accepts.RemoveAt(0);
            else if (!_disposed)
                _arrived.Enqueue(client);
        }

        accept?.End(transport, new AcceptResult(client, SocketError.Success));
    }

    public void Dispose()
    {
        Waiting[] accepts;
        ReplayClient[] arrived;
        lock (_gate)
        {
            _disposed = true;
            accepts = [.. _accepts];
            _accepts.Clear();
            arrived = [.. _arrived];
            _arrived.Clear();
        }

        foreach (var accept in accepts)
            accept.End(transport, new AcceptResult(null, SocketError.OperationAborted));
        foreach (var client in arrived)
            client.Abort();
    }

    private void Cancel(Waiting accept)
    {
        bool removed;
        lock (_gate)
            removed = _accepts.Remove(accept);
        if (removed)
            accept.End(transport, new AcceptResult(null, SocketError.OperationAborted));
    }

    private sealed class Waiting : IThreadPoolWorkItem
    {
        private AcceptResult _result;

        public TaskCompletionSource<AcceptResult> Result { get; } = new();

        public CancellationTokenRegistration Registration { get; set; }

        public void End(ReplayTransport transport, AcceptResult result)
        {
            _result = result;
            Registration.Unregister(); // not Dispose, which would wait for the callback that may be this
            transport.Executor.Post(this);
        }

        public void Execute() => Result.SetResult(_result);
    }
}
