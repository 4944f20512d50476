namespace RxGlisten;

/// <summary>The timeouts of a connection. Each is made when it is first armed, so an untroubled connection has none.</summary>
internal sealed class ConnectionDeadlines(Connection connection) : IDisposable
{
    private readonly TimeSpan _born = connection.Settings.Clock.Now;
    private Deadline?[]? _made;
    private bool _disposed;

    private ConnectionOptions Options => connection.Settings.Options;

    private enum Kind
    {
        Idle,
        Send,
        HalfOpen,
        Linger,
        Unclaimed,
        Age,
        Hold,
    }

    /// <summary>A read was issued. Without the lock, as all of these.</summary>
    public void ArmIdle() => Arm(Kind.Idle, Options.IdleTimeout);

    /// <summary>A send waits.</summary>
    public void ArmSend() => Arm(Kind.Send, Options.SendTimeout);

    /// <summary>The peer finished and this side did not.</summary>
    public void ArmHalfOpen() => Arm(Kind.HalfOpen, Options.HalfOpenTimeout);

    /// <summary>This side finished and the peer did not.</summary>
    public void ArmLinger()
    {
        if (Options.LingerTimeout == TimeSpan.Zero)
            connection.Closing.LingerIsOver(); // a timer of no time would still be a turn of the scheduler later
        else
            Arm(Kind.Linger, Options.LingerTimeout);
    }

    /// <summary>Nobody wants the connection.</summary>
    public void ArmUnclaimed() => Arm(Kind.Unclaimed, Options.UnclaimedTimeout);

    /// <summary>The connection was accepted.</summary>
    public void ArmAge() => Arm(Kind.Age, Options.MaximumAge);

    /// <summary>A packet was put on hold.</summary>
    public void ArmHold() => Arm(Kind.Hold, Options.HoldTimeout);

    /// <summary>Cancels all timers for good.</summary>
    public void Dispose()
    {
        Deadline?[]? made;
        lock (connection.Gate)
        {
            _disposed = true;
            made = _made;
            _made = null;
        }

        if (made is null)
            return;
        foreach (var deadline in made)
            deadline?.Dispose();
    }

    private void Arm(Kind kind, TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan)
            return;
        // Without the lock: a deadline, once made, stays, and arming one that was disposed meanwhile does nothing.
        var deadline = Volatile.Read(ref _made)?[(int)kind] ?? Make(kind, limit);
        deadline?.Arm();
    }

    private Deadline? Make(Kind kind, TimeSpan limit)
    {
        lock (connection.Gate)
        {
            if (_disposed)
                return null;
            _made ??= new Deadline?[(int)Kind.Hold + 1];
            return _made[(int)kind] ??= new Deadline(connection, limit, () => Since(kind), () => Expire(kind, limit));
        }
    }

    private TimeSpan? Since(Kind kind)
    {
        lock (connection.Gate)
        {
            return kind switch
            {
                Kind.Idle => connection.Reader.ReadingSince,
                Kind.Send => connection.Outbound.BlockedSince,
                Kind.HalfOpen => connection.Closing.HalfOpenSince,
                Kind.Linger => connection.Closing.LingeringSince,
                Kind.Unclaimed => connection.UnclaimedSince,
                Kind.Age => connection.Closing.IsOpen ? _born : null,
                _ => connection.Inbound.OldestHeld?.Since,
            };
        }
    }

    private void Expire(Kind kind, TimeSpan limit)
    {
        var closing = connection.Closing;
        switch (kind)
        {
            case Kind.Idle:
                closing.Finish(new CloseReason(CloseKind.IdleTimeout, $"Nothing arrived for {limit}.", null));
                break;
            case Kind.Send:
                closing.Abort(new CloseReason(CloseKind.SendTimeout, $"Sending made no progress for {limit}.", null));
                break;
            case Kind.HalfOpen:
                closing.Finish(new CloseReason(CloseKind.PeerClosed, $"The peer finished, and this side sent nothing for {limit}.", null));
                break;
            case Kind.Linger:
                closing.LingerIsOver();
                break;
            case Kind.Unclaimed:
                closing.Finish(new CloseReason(CloseKind.Unclaimed, $"Nobody wanted the connection for {limit}.", null));
                break;
            case Kind.Age:
                closing.Finish(new CloseReason(CloseKind.MaximumAge, $"The connection was open for {limit}.", null));
                break;
            default:
                closing.Finish(new CloseReason(
                    CloseKind.HandlerFault, $"A packet was on hold for {limit}.", new TimeoutException("A packet was not released in time.")));
                break;
        }
    }
}
