using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// How a connection ends: keeps which side finished, the first reason, and the order of the last steps. State is guarded by the
/// connection's lock. Open goes to Finishing (a graceful close: flush, FIN, discard what arrives) or Failing (a send failed: read what
/// came before), and all of them to Closed.
/// </summary>
internal sealed class CloseSequence(Connection connection)
{
    private static readonly CloseReason s_peerClosed = new(CloseKind.PeerClosed, "The peer finished first, and this side after it.", null);
    private static readonly CloseReason s_localClosed = new(CloseKind.LocalClosed, "This side finished first.", null);

    private static readonly Transfer s_aborted = new(0, SocketError.OperationAborted);

    private Phase _phase;
    private CloseReason? _reason;      // the first error, or what a graceful close was asked for
    private bool _peerFinished;        // its FIN was read
    private bool _peerFirst;           // ... or seen, before this side's was sent
    private bool _follows;             // the reason is that of the connection above, and stays
    private bool _finSent;
    private TimeSpan _peerFinishedAt;
    private TimeSpan _finSentAt;
    private int _faulted;

    private enum Phase
    {
        Open,
        Finishing,
        Failing,
        Closed,
    }

    /// <summary>Whether the connection is neither closed nor closing. Under the lock, as all properties here.</summary>
    public bool IsOpen => _phase == Phase.Open;

    /// <summary>Whether what still arrives is thrown away.</summary>
    public bool Discards => _phase is Phase.Finishing or Phase.Closed;

    /// <summary>Whether it is all over.</summary>
    public bool IsClosed => _phase == Phase.Closed;

    /// <summary>Whether this side asked for the end, so that what arrived and was not delivered is dropped. Without the lock, a guess.</summary>
    public bool Drops { get; private set; }

    /// <summary>Whether the peer finished and this side did not.</summary>
    public bool IsHalfOpen => _peerFinished && !_finSent;

    /// <summary>From when the half-open time counts.</summary>
    public TimeSpan? HalfOpenSince =>
        _phase == Phase.Open && IsHalfOpen ? Max(_peerFinishedAt, connection.Outbound.Progress) : null;

    /// <summary>From when the linger time counts.</summary>
    public TimeSpan? LingeringSince => _phase is Phase.Finishing or Phase.Failing && _finSent ? _finSentAt : null;

    /// <summary>The graceful close: flushes, sends FIN, and discards what arrives until the peer's FIN or the linger time is over.</summary>
    public void Finish(CloseReason request)
    {
        if (connection.Above is { } above)
        {
            above.Closing.Finish(request); // whose goodbye comes first; its end is then that of this one
            return;
        }

        Phase found;
        var send = SendQueue.Action.None;
        var read = false;
        lock (connection.Gate)
        {
            found = _phase;
            if (found == Phase.Open)
            {
                _phase = Phase.Finishing;
                Decide(request); // an error that was decided on a moment ago stays
            }

            // Whoever finishes wants no more, not even what came before a reset and was not delivered yet.
            connection.Inbound.End(Reason, discard: true);
            Drops = true;
            if (found == Phase.Open)
            {
                connection.Inbound.ReleaseHolds();
                send = connection.Outbound.Complete(Reason);
                read = !_peerFinished && !connection.Reader.IsReading;
                if (_finSent)
                    _finSentAt = connection.Settings.Clock.Now; // lingering starts now: this side had finished long ago
            }
        }

        if (found == Phase.Failing)
            Close(abort: true); // nothing can be sent, and nothing left to read is wanted
        if (found != Phase.Open)
        {
            connection.Wake();
            return;
        }

        connection.Outbound.Perform(send, default);
        if (read)
            connection.Reader.ReadToEnd();
        connection.Wake();
        bool linger, closed;
        lock (connection.Gate)
        {
            closed = _finSent && _peerFinished;
            linger = _finSent && !closed;
        }

        if (closed)
            Close(abort: false);
        else if (linger)
            connection.Deadlines.ArmLinger();
    }

    /// <summary>User code failed: what it queued is flushed, and the connection closed gracefully.</summary>
    public void Fault(Exception error)
    {
        lock (connection.Gate)
        {
            if (error is ConnectionClosedException && _phase is Phase.Closed or Phase.Failing)
                return; // the end that the handler was told of, handed back
        }

        var request = error is ProtocolException
            ? new CloseReason(CloseKind.ProtocolError, error.Message, error)
            : new CloseReason(CloseKind.HandlerFault, $"The handler failed: {error.Message}", error);
        if (Interlocked.Exchange(ref _faulted, 1) == 0)
            ConnectionLog.Faulted(connection.Settings.Log, connection.Id, request.Kind, error);
        Finish(request);
    }

    /// <summary>Resets now; nothing is flushed.</summary>
    public void Abort(CloseReason reason)
    {
        lock (connection.Gate)
        {
            if (_phase == Phase.Closed)
                return;
            Decide(reason);
            connection.Inbound.End(Reason, discard: true);
            Drops = true;
        }

        Close(abort: true);
    }

    /// <summary>Nobody was given the connection, and nobody will be: closes without a reset, so that what was said to the peer last (a TLS alert) arrives.</summary>
    /// <returns>The reason that holds: an earlier one, if there is one.</returns>
    public CloseReason Refuse(CloseReason reason)
    {
        lock (connection.Gate)
        {
            if (_phase != Phase.Closed)
                Decide(reason);
            reason = Reason;
        }

        Close(abort: false);
        return reason;
    }

    /// <summary>The encrypted connection above is closed, and this one with it, for its reason: never for what this one thinks of its own two FINs.</summary>
    public void Follow(CloseReason reason, bool abort)
    {
        lock (connection.Gate)
        {
            if (_phase != Phase.Closed)
                Decide(reason); // an error of this one, which the other has yet to hear of, stays
            _follows = true;
        }

        connection.TakeOff();
        if (abort)
            Abort(reason);
        else
            Finish(reason);
    }

    /// <summary>The peer's FIN was read.</summary>
    public void PeerFinished()
    {
        bool over;
        lock (connection.Gate)
        {
            if (_phase == Phase.Closed)
                return;
            _peerFinished = true;
            NotePeersFin();
            _peerFinishedAt = connection.Settings.Clock.Now;
            over = (_finSent && !IsOthers) || _phase == Phase.Failing;
            connection.Inbound.End(_phase == Phase.Failing ? _reason : null, discard: false);
        }

        if (over)
            Close(abort: _phase == Phase.Failing);
        else
            connection.Deadlines.ArmHalfOpen();
        connection.Wake();
    }

    /// <summary>A receive failed.</summary>
    public void ReceiveFailed(SocketError error)
    {
        bool ends;
        lock (connection.Gate)
        {
            if (_phase == Phase.Closed)
                return;

            // A stream that is cut is no failure to who has said goodbye and throws away what comes: many peers answer TLS's goodbye by hanging up.
            ends = _phase == Phase.Finishing && error == SocketError.Disconnecting;
            if (ends)
                NotePeersFin();
            if (!ends || _peerFirst)
                Decide(ReasonOf(error));
        }

        if (ends)
            PeerFinished();
        else
            Close(abort: true);
    }

    /// <summary>What the connection stands on, its transport or its scheduler, threw, which it must not: there is no telling what it does next.</summary>
    /// <returns>What the operation is taken to have given.</returns>
    public Transfer Broken(Exception error)
    {
        lock (connection.Gate)
        {
            if (_phase == Phase.Closed)
                return s_aborted;
            Decide(new CloseReason(CloseKind.TransportError, $"What the connection stands on threw: {error.Message}", error));
        }

        ConnectionLog.Broken(connection.Settings.Log, connection.Id, error);
        Close(abort: true);
        return s_aborted;
    }

    /// <summary>A send failed, or the peer was seen to have reset: what came before is still read, and then it is over.</summary>
    public void SendFailed(SocketError error)
    {
        bool read, over;
        lock (connection.Gate)
        {
            if (_phase == Phase.Closed)
                return;
            Decide(ReasonOf(error));
            over = _phase == Phase.Finishing || _peerFinished;
            read = _phase == Phase.Open && !connection.Reader.IsReading;
            _phase = Phase.Failing;
            connection.Outbound.Die(Reason);
            _finSent = true; // nothing can follow; the linger time bounds what is left to read
            _finSentAt = connection.Settings.Clock.Now;
        }

        if (over)
        {
            Close(abort: true);
            return;
        }

        connection.Deadlines.ArmLinger();
        if (read)
            connection.Reader.ReadToEnd();
        connection.Wake(); // a full queue, which is none any more, may have kept packets from being delivered
    }

    /// <summary>The peer's FIN was seen while nobody reads: there may be unread bytes before it.</summary>
    public void PeerFinishSeen()
    {
        lock (connection.Gate)
            NotePeersFin();
        connection.Above?.Closing.PeerFinishSeen();
    }

    /// <summary>This side's FIN followed the last byte.</summary>
    public void FinSent(SocketError error)
    {
        if (error is not (SocketError.Success or SocketError.NotConnected))
        {
            SendFailed(error);
            return;
        }

        bool over, linger;
        lock (connection.Gate)
        {
            if (_phase == Phase.Closed)
                return;
            _finSent = true;
            _finSentAt = connection.Settings.Clock.Now;
            over = _peerFinished && !IsOthers;
            linger = _phase == Phase.Finishing;
        }

        if (over)
            Close(abort: false);
        else if (linger)
            connection.Deadlines.ArmLinger();
    }

    /// <summary>The peer did not finish in time.</summary>
    public void LingerIsOver()
    {
        bool abort;
        lock (connection.Gate)
            abort = _phase == Phase.Failing;
        Close(abort);
    }

    /// <summary>The subscriber of Inbound was told of the end.</summary>
    public void OnSettled()
    {
        bool closed;
        lock (connection.Gate)
            closed = _phase == Phase.Closed && connection.Inbound.IsSettled;
        if (closed)
            connection.TellSettled();
    }

    /// <summary>The reason as far as it is known: the first error, what a graceful close was asked for, or whose FIN came first.</summary>
    private CloseReason Reason => _reason is { } decided && (_follows || decided.Kind != CloseKind.LocalClosed)
        ? decided
        : _peerFirst ? s_peerClosed : _reason ?? s_localClosed;

    /// <summary>Whether two FINs are not the end, but that of the connection above, which comes of them.</summary>
    private bool IsOthers => _phase == Phase.Open && connection.Above is not null;

    private CloseReason ReasonOf(SocketError error) => (connection.Transport as IExplainsFailure)?.Failure ?? SocketErrors.ToReason(error);

    private void Decide(CloseReason reason)
    {
        if (!_follows && (_reason is null or { IsOrderly: true }))
            _reason = reason;
    }

    private void NotePeersFin() => _peerFirst |= !_finSent && !connection.Outbound.IsFinished;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>The last steps, in their order: descriptor, slot, <c>Closed</c>, then whoever asked to be told.</summary>
    private void Close(bool abort)
    {
        CloseReason reason;
        lock (connection.Gate)
        {
            if (_phase == Phase.Closed)
                return;
            _phase = Phase.Closed;
            reason = _reason = Reason;
            connection.Outbound.Die(reason);
            connection.Inbound.End(reason, discard: false);
            connection.Inbound.ReleaseHolds();
        }

        try
        {
            if (abort)
                connection.Transport.Abort();
            else
                connection.Transport.Close();
        }
        catch (Exception e)
        {
            // A transport of another make broke its promise: the slot is given back all the same.
            ConnectionLog.CloseFailed(connection.Settings.Log, connection.Id, e);
        }

        connection.Deadlines.Dispose();
        connection.Release(reason);
        connection.Wake();
    }
}
