using System.Net.Sockets;

namespace RxGlisten;

/// <summary>What whoever has the right to send does: calls the transport outside the lock until nothing waits.</summary>
internal sealed partial class SendQueue : IThreadPoolWorkItem
{
    private const int MostGathered = 64;
    private const int MostRounds = 8;

    private List<ArraySegment<byte>>? _batch;
    private Task _drain = Task.CompletedTask;

    /// <summary>How a sender goes on.</summary>
    private enum Step
    {
        Continue,
        Finish,
        Failed,
        Done,
    }

    /// <summary>Goes on sending, in a posted turn.</summary>
    void IThreadPoolWorkItem.Execute() => _drain = DrainAsync(blocked: false);

    /// <summary>With the right to send and nothing in the backlog before it: sends two stretches, and leaves what does not fit to the drain.</summary>
    private void Send(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Transfer sent;
        try
        {
            sent = first.IsEmpty ? default : Transport.TrySend(first);
            if (sent.Succeeded && sent.Bytes == first.Length && !second.IsEmpty)
            {
                var more = Transport.TrySend(second);
                sent = new Transfer(sent.Bytes + more.Bytes, more.Error);
            }
        }
        catch (Exception e)
        {
            sent = _connection.Closing.Broken(e);
        }

        Step step;
        lock (_connection.Gate)
        {
            if (sent.Succeeded && sent.Bytes < first.Length + second.Length && _dead is null)
            {
                _backlog ??= NewBacklog();
                var restOfFirst = Math.Max(0, first.Length - sent.Bytes);
                _backlog.AddFirst(second[Math.Max(0, sent.Bytes - first.Length)..]);
                _backlog.AddFirst(first[(first.Length - restOfFirst)..]);
            }

            step = Moved(sent, advance: false);
        }

        if (step == Step.Continue)
            _drain = DrainAsync(blocked: sent.Bytes < first.Length + second.Length);
        else
            Leave(step, sent);
    }

    /// <summary>With the right to send: sends until nothing waits. Suspends where the transport has no room.</summary>
    private async Task DrainAsync(bool blocked)
    {
        Step step;
        Transfer sent;
        var batch = _batch ??= [];
        var rounds = 0;
        do
        {
            if (rounds++ == MostRounds)
            {
                // Others queue as fast as the peer takes it: whoever came here to send one message is not to send theirs for ever.
                Executor.Post(this);
                return;
            }

            int bytes;
            lock (_connection.Gate)
            {
                bytes = _dead is null && _backlog is not null ? _backlog.Gather(batch, blocked ? 1 : MostGathered) : 0;
                _blocked = blocked && bytes > 0;
                if (_blocked)
                    _blockedSince = _connection.Settings.Clock.Now;
            }

            if (blocked && bytes > 0)
            {
                LetRead();
                _connection.Deadlines.ArmSend();
            }

            try
            {
                sent = bytes == 0 ? default
                    : blocked ? await Transport.SendAsync(batch[0]).ConfigureAwait(false)
                    : batch.Count == 1 ? Transport.TrySend(batch[0].AsSpan())
                    : Transport.TrySend(batch);
            }
            catch (Exception e)
            {
                sent = _connection.Closing.Broken(e);
            }

            lock (_connection.Gate)
            {
                step = Moved(sent, advance: true);
                blocked = !blocked && sent.Bytes < bytes;
                _blocked = false;
            }

            LetRead(); // not only when all is sent, which a slow peer may put off for ever
        }
        while (step == Step.Continue);
        Leave(step, sent);
    }

    /// <summary>The transport took something, or failed: says how the sender goes on. Under the lock.</summary>
    private Step Moved(Transfer sent, bool advance)
    {
        if (_dead is not null)
        {
            _backlog?.Clear();
            _sending = false;
            return Step.Done;
        }

        if (!sent.Succeeded)
            return Step.Failed;

        Volatile.Write(ref _queued, _queued - sent.Bytes);
        if (sent.Bytes > 0 && _connection.Closing.IsHalfOpen)
            _progress = _connection.Settings.Clock.Now;
        if (advance)
            _backlog?.Advance(sent.Bytes);
        AdmitWaiters();
        UpdateWritable();
        if (_backlog is { IsEmpty: false })
            return Step.Continue;
        if (_completed is not null && !_finished)
        {
            _finished = true;
            return Step.Finish;
        }

        _sending = false;
        return Step.Done;
    }

    /// <summary>What a sender does when it is through, without the lock.</summary>
    private void Leave(Step step, Transfer sent)
    {
        switch (step)
        {
            case Step.Failed:
                _connection.Closing.SendFailed(sent.Error);
                EndSending();
                return;
            case Step.Finish:
                var error = ShutDown();
                if (error == SocketError.WouldBlock)
                {
                    _drain = FinishAsync();
                    return;
                }

                EndSending();
                _connection.Closing.FinSent(error);
                break;
        }

        LetRead();
        _connection.LookAfterUnclaimed();
    }

    /// <summary>All was taken, and some of it has yet to leave the transport, with FIN behind it.</summary>
    private async Task FinishAsync()
    {
        SocketError error;
        do
        {
            lock (_connection.Gate)
            {
                _blocked = _dead is null;
                _blockedSince = _connection.Settings.Clock.Now;
            }

            _connection.Deadlines.ArmSend();
            Transfer sent;
            try
            {
                sent = await Transport.SendAsync(default).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                sent = _connection.Closing.Broken(e);
            }

            error = sent.Succeeded ? ShutDown() : sent.Error;
            lock (_connection.Gate)
            {
                _blocked = false;
                if (_connection.Closing.IsHalfOpen)
                    _progress = _connection.Settings.Clock.Now;
            }
        }
        while (error == SocketError.WouldBlock);
        EndSending();
        _connection.Closing.FinSent(error);
        LetRead();
        _connection.LookAfterUnclaimed();
    }

    private SocketError ShutDown()
    {
        try
        {
            return Transport.ShutdownSending();
        }
        catch (Exception e)
        {
            return _connection.Closing.Broken(e).Error;
        }
    }

    /// <summary>Gives the right to send up for good: nothing but flushes can have come after the last byte, or after the failure.</summary>
    private void EndSending()
    {
        lock (_connection.Gate)
        {
            _sending = false;
            if (_dead is null)
                _backlog?.Advance(0);
            else
                _backlog?.Clear();
        }
    }

    /// <summary>Lets reading go on if the queue fell under half of the mark. Without the lock.</summary>
    private void LetRead()
    {
        if (!_letsRead)
            return;

        // A flag that another thread sets meanwhile may be cleared here: the look at the state, under the lock, comes after it.
        _letsRead = false;
        _connection.Wake();
    }
}
