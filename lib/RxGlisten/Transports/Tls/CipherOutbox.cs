using System.Net.Sockets;

namespace RxGlisten;

/// <summary>
/// Ciphertext on its way out. What the transport has no room for is kept, and sent on by a pump as there is: whoever encrypted it was told that it is taken, and need not come
/// again. How much is kept is bounded, for no more is encrypted than there is <see cref="Room"/> for.
/// </summary>
internal sealed class CipherOutbox(ITransportConnection inner)
{
    private const int LimitBytes = 64 * 1024;
    private const int LeastBytes = 1024;
    private const int MostGathered = 64;

    private SendBacklog? _backlog; // made when something first has to wait
    private List<ArraySegment<byte>>? _batch;
    private Waiter<bool>? _waiter;
    private Task _pump = Task.CompletedTask;
    private int _pending;
    private bool _pumping;
    private bool _finishes;
    private SocketError? _finished; // what the FIN gave, once it was sent

    /// <summary>
    /// Guards everything here, and the encryption. The transport's try-send is called under it: that waits for nothing and calls nobody.
    /// </summary>
    public Lock Gate { get; } = new();

    /// <summary>What sending failed with. Under the lock, as all that follows.</summary>
    public SocketError Error { get; private set; }

    /// <summary>How many bytes may be encrypted now: so few at a time, while others wait, that a slow peer's progress is seen.</summary>
    public int Room => LimitBytes - _pending is var room and >= LeastBytes ? room : 0;

    /// <summary>Whether something waits to leave.</summary>
    public bool HasUnsent => _pumping && Error == SocketError.Success;

    /// <summary>Sends ciphertext, now or by the pump.</summary>
    public void Write(ReadOnlySpan<byte> ciphertext)
    {
        if (Error != SocketError.Success)
            return;
        if (!_pumping)
        {
            var sent = inner.TrySend(ciphertext);
            if (!sent.Succeeded)
            {
                Error = sent.Error;
                return;
            }

            ciphertext = ciphertext[sent.Bytes..];
            if (ciphertext.IsEmpty)
                return;
        }

        (_backlog ??= new SendBacklog(dropsMessages: false)).Add(ciphertext);
        _pending += ciphertext.Length;
        if (_pumping)
            return;
        _pumping = true;
        _pump = PumpAsync();
    }

    /// <summary>Lets FIN follow the last byte.</summary>
    /// <returns><see cref="SocketError.WouldBlock"/> while there are bytes before it.</returns>
    public SocketError Finish()
    {
        _finishes = true;
        if (Error != SocketError.Success)
            return Error;
        return _pumping ? SocketError.WouldBlock : _finished ??= inner.ShutdownSending();
    }

    /// <summary>Completes when some of what waits has left, or will never; at once when nothing waits. One caller at a time; takes the lock.</summary>
    public ValueTask<bool> ProgressAsync()
    {
        lock (Gate)
        {
            if (!_pumping || Error != SocketError.Success)
                return new(true);
            _waiter = new Waiter<bool>(inner.Executor);
            return _waiter.Task;
        }
    }

    /// <summary>The connection is closed: nothing leaves from now on.</summary>
    public void Abandon()
    {
        if (Error == SocketError.Success)
            Error = SocketError.OperationAborted;
        _waiter?.End(true);
        if (!_pumping)
            _backlog?.Clear(); // the pump clears it itself: the transport may have a batch
    }

    private async Task PumpAsync()
    {
        var batch = _batch ??= [];
        var blocked = true; // the caller has just found that there is no room
        while (Gather(batch, blocked) is > 0 and var bytes)
        {
            Transfer sent;
            try
            {
                sent = blocked ? await inner.SendAsync(batch[0]).ConfigureAwait(false) : inner.TrySend(batch);
            }
            catch (Exception)
            {
                sent = new Transfer(0, SocketError.SocketError); // the transport broke its promise; whoever sends next is told
            }

            Advance(sent);
            blocked = !blocked && sent.Bytes < bytes;
        }
    }

    /// <summary>What to send next; nothing when the pump is to end, and then it has.</summary>
    private int Gather(List<ArraySegment<byte>> batch, bool blocked)
    {
        lock (Gate)
        {
            var bytes = 0;
            if (Error == SocketError.Success)
                bytes = _backlog!.Gather(batch, blocked ? 1 : MostGathered); // the pump runs where something was added to it
            else
                _backlog!.Clear();
            if (bytes > 0)
                return bytes;
            _pumping = false;
            if (_finishes && Error == SocketError.Success)
                _finished ??= inner.ShutdownSending();
            _waiter?.End(true);
            return 0;
        }
    }

    private void Advance(Transfer sent)
    {
        lock (Gate)
        {
            if (!sent.Succeeded && Error == SocketError.Success)
                Error = sent.Error;
            if (sent.Bytes > 0)
            {
                _backlog!.Advance(sent.Bytes); // as above
                _pending -= sent.Bytes;
                _waiter?.End(true);
            }
        }
    }
}
