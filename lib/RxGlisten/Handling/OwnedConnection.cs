namespace RxGlisten;

/// <summary>
/// What server operators need of a connection beyond its public face. The library's own connections do it by themselves; for
/// another implementation (a double, say) the public members have to do.
/// </summary>
internal sealed class OwnedConnection(IConnection connection) : IConnectionWatcher
{
    private static readonly ServerOptions s_defaults = new();

    private readonly Connection? _own = Connection.Of(connection);
    private IConnectionWatcher? _run; // what follows is guarded by a lock on this
    private CloseReason? _closed;
    private bool _settled;
    private bool _started;

    /// <summary>The connection.</summary>
    public IConnection Public => connection;

    /// <summary>Where a pulled sequence finds out whether there is room; null for a connection of another make.</summary>
    public SendQueue? Queue => _own?.Outbound;

    /// <summary>Where turns run that are about it.</summary>
    public ITransportExecutor Executor => _own?.Executor ?? PoolExecutor.Instance;

    /// <summary>How many user messages may wait for its handler.</summary>
    public int UserMessageLimit => _own?.Settings.Options.UserMessageLimit ?? s_defaults.UserMessageLimit;

    /// <summary>What happens when there are more.</summary>
    public UserMessagePolicy UserMessagePolicy => _own?.Settings.Options.UserMessagePolicy ?? s_defaults.UserMessagePolicy;

    /// <summary>Whether this side ended it, so that what its handler was not told yet is dropped.</summary>
    public bool Drops => _own?.Closing.Drops ?? connection.Closed.IsCompleted;

    /// <summary>Takes charge of it, for a run that is being started.</summary>
    public void Claim(IConnectionWatcher run)
    {
        _run = run;
        _own?.Claim();
        Watch(this);
    }

    /// <summary>
    /// The run is started, and is told of an end that came meanwhile: user code that makes a connection's pipeline or state, and another thread on which the
    /// connection closes, would otherwise leave behind what is made after the end was told.
    /// </summary>
    public void Started()
    {
        CloseReason? closed;
        lock (this)
        {
            closed = _closed;
            _started = closed is null;
        }

        if (closed is null)
            return;
        _run!.OnClosed(closed); // a run that starts has claimed
        bool settled;
        lock (this)
        {
            _started = true;
            settled = _settled;
        }

        if (settled)
            _run.OnSettled();
    }

    /// <summary>Wants to be told of its end.</summary>
    public void Watch(IConnectionWatcher watcher)
    {
        if (_own is not null)
        {
            _own.Watch(watcher);
            return;
        }

        var awaiter = connection.Closed.ConfigureAwait(false).GetAwaiter();
        awaiter.UnsafeOnCompleted(() =>
        {
            watcher.OnClosed(awaiter.GetResult());
            watcher.OnSettled();
        });
    }

    /// <summary>Who watched wants to be told no more. One of another make tells all the same.</summary>
    public void Unwatch(IConnectionWatcher watcher) => _own?.Unwatch(watcher);

    void IConnectionWatcher.OnClosed(CloseReason reason)
    {
        lock (this)
        {
            if (!_started)
            {
                _closed = reason;
                return;
            }
        }

        _run!.OnClosed(reason); // only Claim watches by this
    }

    void IConnectionWatcher.OnSettled()
    {
        lock (this)
        {
            if (!_started)
            {
                _settled = true;
                return;
            }
        }

        _run!.OnSettled(); // only Claim watches by this
    }

    /// <summary>Whether this gatekeeper was asked before there was a connection.</summary>
    public bool WasAdmittedBy(IGatekeeper gatekeeper) => _own?.Admittance is { } admittance && admittance.IsBy(gatekeeper);

    /// <summary>It is not admitted.</summary>
    public void Refuse()
    {
        if (_own is not null)
            _own.Abort(CloseKind.Aborted, "It was not admitted.");
        else
            connection.Abort();
    }

    /// <summary>User code failed: flushes and closes.</summary>
    public void Fault(Exception error)
    {
        if (_own is not null)
            _own.Closing.Fault(error);
        else
            connection.Dispose();
    }

    /// <summary>User code failed, and goes on all the same.</summary>
    public void LogRescue(Exception error)
    {
        if (_own is not null)
            ConnectionLog.Rescued(_own.Settings.Log, _own.Id, error);
    }

    /// <summary>User code could not say whether it is admitted.</summary>
    public void LogAdmissionFault(Exception error)
    {
        if (_own is not null)
            ConnectionLog.AdmissionFaulted(_own.Settings.Log, _own.Id, error);
    }

    /// <summary>A user message was dropped.</summary>
    public void CountDroppedUserMessage() => _own?.Settings.Metrics.UserMessageDropped();

    /// <summary>Runs user code that is told of the end: what it throws is logged, for there is nothing left to end.</summary>
    public void Tell(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception e)
        {
            if (_own is not null)
                ConnectionLog.ObserverFaulted(_own.Settings.Log, _own.Id, e);
        }
    }

    /// <summary>Its operator was disposed.</summary>
    public void Stop()
    {
        if (_own is not null)
            _own.Closing.Finish(new CloseReason(CloseKind.ServerStopping, "The operator that served the connection was disposed.", null));
        else
            connection.Dispose();
    }
}
