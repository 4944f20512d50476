using System.Net;
using System.Net.Sockets;

namespace RxGlisten.Spec.Accepting.Doubles;

/// <summary>A listening end whose accepts give what the spec says.</summary>
internal sealed class ScriptedListener(EndPoint endpoint, ITransportExecutor executor) : ITransportListener
{
    private readonly Lock _lock = new();
    private readonly Queue<object> _script = new();
    private readonly List<Waiter<AcceptResult>> _waiting = [];

    public EndPoint LocalEndPoint => endpoint;

    public ITransportExecutor Executor => executor;

    /// <summary>A cancelled accept turns out to have a connection already.</summary>
    public bool ConnectsOnCancel { get; set; }

    /// <summary>Called when accepts are cancelled, those that are over already too.</summary>
    public Action? Cancelled { get; set; }

    /// <summary>What every accept gives, when nothing else is scripted.</summary>
    public object? Always { get; set; }

    public bool IsDisposed { get; private set; }

    public int Accepts { get; private set; }

    public List<ScriptedConnection> Connections { get; } = [];

    /// <summary>Accepts that wait.</summary>
    public int Waiting
    {
        get { lock (_lock) return _waiting.Count; }
    }

    /// <summary>Connections nobody accepted.</summary>
    public int Backlog
    {
        get { lock (_lock) return _script.Count; }
    }

    public ScriptedConnection Connect(EndPoint? remote = null)
    {
        var connection = new ScriptedConnection(executor, remote);
        lock (_lock) Connections.Add(connection);
        Give(new AcceptResult(connection, SocketError.Success));
        return connection;
    }

    public void Fail(SocketError error) => Give(new AcceptResult(null, error));

    public void Throw(Exception exception) => Give(exception);

    public ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        Waiter<AcceptResult> waiter;
        lock (_lock)
        {
            Accepts++;
            if (IsDisposed || cancellation.IsCancellationRequested) return new(new AcceptResult(null, SocketError.OperationAborted));
            if (_script.TryDequeue(out object? next) || (next = Always) is not null)
                return next is Exception fault ? throw fault : new((AcceptResult)next);
            _waiting.Add(waiter = new Waiter<AcceptResult>(executor));
        }

        cancellation.UnsafeRegister(_ => Cancel(waiter), null);
        return waiter.Task;
    }

    public void Dispose()
    {
        Waiter<AcceptResult>[] waiting;
        lock (_lock)
        {
            IsDisposed = true;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (Waiter<AcceptResult> waiter in waiting) waiter.End(new AcceptResult(null, SocketError.OperationAborted));
    }

    private void Cancel(Waiter<AcceptResult> waiter)
    {
        ScriptedConnection? raced = null;
        Cancelled?.Invoke();
        lock (_lock)
        {
            if (!_waiting.Remove(waiter)) return;
            if (ConnectsOnCancel) Connections.Add(raced = new ScriptedConnection(executor));
        }

        waiter.End(new AcceptResult(raced, raced is null ? SocketError.OperationAborted : SocketError.Success));
    }

    private void Give(object next)
    {
        Waiter<AcceptResult>? waiter = null;
        lock (_lock)
        {
            if (_waiting.Count == 0 || next is Exception)
            {
                _script.Enqueue(next);
            }
            else
            {
                waiter = _waiting[0];
                _waiting.RemoveAt(0);
            }
        }

        waiter?.End((AcceptResult)next);
    }
}
