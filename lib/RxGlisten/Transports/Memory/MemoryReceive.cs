namespace RxGlisten;

/// <summary>The receive that waits for bytes, the FIN or the end. Its state is guarded by its connection's lock.</summary>
internal sealed class MemoryReceive(MemoryConnection connection, SchedulerExecutor executor) : MemoryOperation<Transfer>(executor)
{
    private IReceiveBuffer? _buffer;
    private bool _woken;

    /// <summary>Whether a receive is outstanding.</summary>
    public bool IsOutstanding => _buffer is not null;

    public ValueTask<Transfer> Begin(IReceiveBuffer buffer)
    {
        _buffer = buffer;
        return Begin();
    }

    /// <summary>The connection has become readable.</summary>
    public void Wake()
    {
        if (_buffer is null || _woken) return;
        _woken = true;
        connection.Network.Post(this);
    }

    public override void Execute()
    {
        var result = connection.Receive(_buffer!); // Woken only while outstanding, and ended only here.
        lock (connection.Gate)
        {
            _buffer = null;
            _woken = false;
        }
        Complete(result);
    }
}
