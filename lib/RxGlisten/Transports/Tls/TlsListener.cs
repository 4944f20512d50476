using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RxGlisten;

/// <summary>
/// A listening end whose accepts give connections with their TLS handshake over. While somebody waits for one, connections are taken and their handshakes run side by side, so that a
/// silent client keeps nobody out; one whose handshake is over when nobody waits any more is there for the next accept.
/// </summary>
internal sealed class TlsListener(ITransportListener inner, TlsServer tls, TlsOptions options, Clock clock) : ITransportListener
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly LinkedList<Waiter<AcceptResult>> _waiting = [];
    private readonly Queue<TlsConnection> _ready = new();
    private readonly HashSet<TlsConnection> _underway = [];
    private Task _accepting = Task.CompletedTask;
    private bool _accepts;               // an accept of the transport is under way
    private bool _closed;

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public ITransportExecutor Executor => inner.Executor;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        LinkedListNode<Waiter<AcceptResult>> place;
        lock (_gate)
        {
            if (_closed)
                return Aborted;
            if (_ready.TryDequeue(out var ready))
                return new AcceptResult(ready, SocketError.Success);
            place = _waiting.AddLast(new Waiter<AcceptResult>(Executor));
        }

        Accept();
        using var cut = cancellation.UnsafeRegister(_ => GiveUp(place), null);
        return await place.Value.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        TlsConnection[] nobodys;
        Waiter<AcceptResult>[] waiting;
        lock (_gate)
        {
            _closed = true;
            nobodys = [.. _ready, .. _underway];
            waiting = [.. _waiting];
            _ready.Clear();
            _waiting.Clear();
        }

        inner.Dispose();
        tls.Dispose();
        foreach (var waiter in waiting)
            waiter.End(Aborted);
        foreach (var connection in nobodys)
            connection.Abort();
    }

    private static AcceptResult Aborted => new(null, SocketError.OperationAborted);

    private void GiveUp(LinkedListNode<Waiter<AcceptResult>> place)
    {
        lock (_gate)
        {
            if (place.List is null)
                return; // it has its connection
            _waiting.Remove(place);
        }

        place.Value.End(Aborted);
    }

    /// <summary>Has the transport accept, if somebody waits and there is a place.</summary>
    private void Accept()
    {
        lock (_gate)
        {
            if (_accepts || !WantsMore)
                return;
            _accepts = true;
        }

        _accepting = AcceptAllAsync();
    }

    private bool WantsMore => !_closed && _waiting.Count > 0 && _underway.Count + _ready.Count < options.HandshakeLimit;

    private async Task AcceptAllAsync()
    {
        AcceptResult accepted;
        do
        {
            accepted = await inner.AcceptAsync(CancellationToken.None).ConfigureAwait(false);
        }
        while (Take(accepted));
    }

    /// <returns>Whether there is to be one more.</returns>
    private bool Take(AcceptResult accepted)
    {
        var connection = accepted.Connection is { } plain ? tls.Wrap(plain) : null;
        Waiter<AcceptResult>? failed = null;
        bool more, closed;
        lock (_gate)
        {
            if (connection is null)
                failed = TakeWaiter(); // an error of accept is the answer to one
            else if (!_closed)
                _underway.Add(connection);
            (closed, more) = (_closed, WantsMore);
            _accepts = more;
        }

        failed?.End(accepted);
        if (connection is null)
            return more;
        if (closed)
            connection.Abort();
        else
            Executor.Post(new Handshake(this, connection));
        return more;
    }

    private Waiter<AcceptResult>? TakeWaiter()
    {
        var first = _waiting.First;
        if (first is not null)
            _waiting.RemoveFirst();
        return first?.Value;
    }

    private void Settle(TlsConnection connection, CloseReason? failure)
    {
        Waiter<AcceptResult>? waiter = null;
        bool closed;
        lock (_gate)
        {
            closed = _closed;
            _underway.Remove(connection);
            if (failure is null && !closed && (waiter = TakeWaiter()) is null)
                _ready.Enqueue(connection);
        }

        if (failure is not null)
        {
            connection.Close();
            if (!closed)
                tls.ReportHandshake(connection.RemoteEndPoint, failure);
        }
        else if (closed)
        {
            connection.Abort();
        }

        waiter?.End(new AcceptResult(connection, SocketError.Success));
        Accept();
    }

    /// <summary>A handshake, in a turn of its own.</summary>
    private sealed class Handshake(TlsListener listener, TlsConnection connection) : IThreadPoolWorkItem
    {
        private Task _run = Task.CompletedTask;

        public void Execute() => _run = RunAsync();

        private async Task RunAsync()
        {
            using var timer = listener.AbortInTime(connection);
            listener.Settle(connection, await connection.HandshakeAsync().ConfigureAwait(false));
        }
    }

    private IDisposable? AbortInTime(TlsConnection connection) => options.HandshakeTimeout == Timeout.InfiniteTimeSpan
        ? null
        : clock.After(options.HandshakeTimeout, Executor, new Turn(connection.Abort));
}
