using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace RxGlisten;

/// <summary>
/// A listening end whose accepts give connections with their TLS handshake over. While somebody waits for one, connections are taken and their handshakes run side by side, so that a
/// silent client keeps nobody out, and at the limit gives way; one whose handshake is over when nobody waits any more is there for the next accept.
/// </summary>
internal sealed class TlsListener(ITransportListener inner, TlsServer tls, TlsOptions options, Clock clock) : ITransportListener
{
    private readonly HandshakeDesk _desk = new(options, clock, inner.Executor);
    private readonly Lock _gate = new(); // guards what follows
    private readonly LinkedList<Waiter<Answer>> _waiting = [];
    private readonly Queue<TlsConnection> _ready = new();
    private Task _accepting = Task.CompletedTask;
    private bool _accepts;               // an accept of the transport is under way
    private bool _closed;

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public ITransportExecutor Executor => inner.Executor;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AcceptResult> AcceptAsync(CancellationToken cancellation)
    {
        LinkedListNode<Waiter<Answer>> place;
        lock (_gate)
        {
            if (_closed)
                return Aborted.Accepted;
            if (_ready.TryDequeue(out var ready))
                return new AcceptResult(ready, SocketError.Success);
            place = _waiting.AddLast(new Waiter<Answer>(Executor));
        }

        Accept();
        using var cut = cancellation.UnsafeRegister(_ => GiveUp(place), null);
        var (accepted, thrown) = await place.Value.Task.ConfigureAwait(false);
        if (thrown is not null)
            ExceptionDispatchInfo.Throw(thrown);
        return accepted;
    }

    public void Dispose()
    {
        TlsConnection[] nobodys;
        Waiter<Answer>[] waiting;
        lock (_gate)
        {
            _closed = true;
            nobodys = [.. _ready];
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
        _desk.End(new CloseReason(CloseKind.ServerStopping, "The listening socket was closed during the TLS handshake.", null));
    }

    private static Answer Aborted => new(new AcceptResult(null, SocketError.OperationAborted));

    private void GiveUp(LinkedListNode<Waiter<Answer>> place)
    {
        lock (_gate)
        {
            if (place.List is null)
                return; // it has its connection
            _waiting.Remove(place);
        }

        place.Value.End(Aborted);
    }

    /// <summary>Has the transport accept, if somebody waits.</summary>
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

    private bool WantsMore => !_closed && _waiting.Count > 0;

    private async Task AcceptAllAsync()
    {
        bool more;
        do
        {
            Answer answer;
            try
            {
                answer = new(await inner.AcceptAsync(CancellationToken.None).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                answer = new(default, e); // a transport of another make broke its promise: whoever accepts is told
            }

            if (answer.Accepted.Connection is { } plain)
                await BeginAsync(tls.Wrap(plain)).ConfigureAwait(false);
            else
                Tell(answer);
            lock (_gate)
                _accepts = more = WantsMore;
        }
        while (more);
    }

    /// <returns>Completes when there was a place for its handshake.</returns>
    private async Task BeginAsync(TlsConnection connection)
    {
        if (!await _desk.BeginAsync(new Incoming(this, connection)).ConfigureAwait(false))
            connection.Abort();
    }

    /// <summary>An error of accept is the answer to one.</summary>
    private void Tell(Answer answer)
    {
        Waiter<Answer>? waiter;
        lock (_gate)
            waiter = TakeWaiter();
        waiter?.End(answer);
    }

    private Waiter<Answer>? TakeWaiter()
    {
        var first = _waiting.First;
        if (first is not null)
            _waiting.RemoveFirst();
        return first?.Value;
    }

    private void Settle(TlsConnection connection, CloseReason? failure)
    {
        Waiter<Answer>? waiter = null;
        bool closed;
        lock (_gate)
        {
            closed = _closed;
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

        waiter?.End(new Answer(new AcceptResult(connection, SocketError.Success)));
    }

    /// <summary>What an accept comes to.</summary>
    private readonly record struct Answer(AcceptResult Accepted, Exception? Thrown = null);

    private sealed class Incoming(TlsListener listener, TlsConnection connection) : Handshake(connection, listener._desk)
    {
        public override void Cut(CloseReason cause) => Tls.Abort();

        protected override ValueTask EndAsync(CloseReason? failure)
        {
            listener.Settle(Tls, failure);
            return default;
        }
    }
}
