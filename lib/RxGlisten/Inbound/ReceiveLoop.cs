using System.Threading.Tasks.Sources;

namespace RxGlisten;

/// <summary>
/// Reads a connection: one receive outstanding, the next when the flow allows it. It starts with the first subscriber, waits at its gate while
/// reading is paused, and ends with the peer's side. State is guarded by the connection's lock.
/// </summary>
internal sealed class ReceiveLoop(Connection connection) : IThreadPoolWorkItem, IValueTaskSource
{
    // What is kept of a peer whose side goes on though sending to it failed; more than any kernel keeps unread by default.
    private const int MostKeptBytes = 16 * 1024 * 1024;

    private ManualResetValueTaskSourceCore<bool> _gate;
    private Task _loop = Task.CompletedTask;
    private Task _readToEnd = Task.CompletedTask;
    private bool _waits = true; // at the gate, or to be started
    private bool _started;
    private bool _reading;
    private TimeSpan _readingSince;

    /// <summary>Whether a receive is outstanding. Under the lock; without it, a guess.</summary>
    public bool IsReading => _reading;

    /// <summary>Since when the receive is outstanding; null when none is. Under the lock.</summary>
    public TimeSpan? ReadingSince => _reading && connection.Closing.IsOpen ? _readingSince : null;

    /// <summary>Whether the loop is to be posted, because reading may go on. Under the lock.</summary>
    public bool TryResume()
    {
        if (!_waits || !connection.Closing.IsOpen || !connection.Inbound.WantsToRead)
            return false;
        _waits = false;
        return true;
    }

    /// <summary>Goes on, in a posted turn.</summary>
    public void Execute()
    {
        if (_started)
        {
            _gate.SetResult(true);
            return;
        }

        // Before the loop runs: it may come to its gate, and be let on by another thread, before this call has its task.
        _started = true;
        _loop = ReadAsync();
    }

    /// <summary>The receive gave its result. Under the lock.</summary>
    public void ReadIsOver() => _reading = false;

    /// <summary>
    /// With no receive outstanding and the connection closing: reads until the peer's side is over, without regard to flow. In a turn of
    /// its own, because a peer that goes on sending would keep the caller (an acceptor, a sender) for as long.
    /// </summary>
    public void ReadToEnd() => connection.Executor.Post(new Turn(() => _readToEnd = ReadToEndAsync()));

    void IValueTaskSource.GetResult(short token)
    {
        _gate.GetResult(token);
        _gate.Reset();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _gate.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _gate.OnCompleted(continuation, state, token, flags);

    private async Task ReadAsync()
    {
        var timesIdle = connection.Settings.Options.IdleTimeout != Timeout.InfiniteTimeSpan;
        while (true)
        {
            bool mayRead;
            lock (connection.Gate)
            {
                if (!connection.Closing.IsOpen)
                    return;
                mayRead = connection.Inbound.WantsToRead;
                if (mayRead)
                    _reading = true;
                else
                    _waits = true;
                if (timesIdle)
                    _readingSince = connection.Settings.Clock.Now;
            }

            if (!mayRead)
            {
                await new ValueTask(this, _gate.Version).ConfigureAwait(false);
                continue;
            }

            if (timesIdle)
                connection.Deadlines.ArmIdle();
            Transfer received;
            try
            {
                received = await connection.Transport.ReceiveAsync(connection.Inbound).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                received = connection.Closing.Broken(e);
            }

            if (!received.Succeeded || received.Bytes == 0)
            {
                connection.Inbound.OnNothingReceived();
                EndReading(received);
                return;
            }

            if (!connection.Inbound.OnReceived(received.Bytes))
            {
                _readToEnd = ReadToEndAsync();
                return;
            }
        }
    }

    /// <summary>What arrives is discarded in a graceful close, and kept for who reads on when sending failed.</summary>
    private async Task ReadToEndAsync()
    {
        Transfer received;
        var kept = 0;
        do
        {
            var buffer = Discards() ? DiscardBuffer.Shared : (IReceiveBuffer)connection.Inbound;
            try
            {
                received = await connection.Transport.ReceiveAsync(buffer).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                received = connection.Closing.Broken(e);
            }

            if (buffer != connection.Inbound)
                continue;
            Keep(received);
            kept += received.Bytes;
            if (kept > MostKeptBytes)
            {
                connection.Closing.LingerIsOver();
                return;
            }
        }
        while (received.Succeeded && received.Bytes > 0);
        EndReading(received);
    }

    private bool Discards()
    {
        lock (connection.Gate)
            return connection.Closing.Discards;
    }

    private void Keep(Transfer received)
    {
        if (received.Succeeded && received.Bytes > 0)
            connection.Inbound.ParkReceived(received.Bytes);
        else
            connection.Inbound.OnNothingReceived();
    }

    private void EndReading(Transfer received)
    {
        if (received.Succeeded)
            connection.Closing.PeerFinished();
        else
            connection.Closing.ReceiveFailed(received.Error);
    }
}
