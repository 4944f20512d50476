namespace RxGlisten;

/// <summary>The receive that waits for bytes, the FIN or the end. Its state is guarded by its end's lock.</summary>
internal sealed class TurnReceive(ITurnEnd end) : TurnOperation<Transfer>(end.Queue)
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

    /// <summary>The end has become readable.</summary>
    public void Wake()
    {
        if (_buffer is null || _woken) return;
        _woken = true;
        end.Queue.Post(this);
    }

    public override void Execute()
    {
        var result = end.Receive(_buffer!); // Woken only while outstanding, and ended only here.
        lock (end.Gate)
        {
            _buffer = null;
            _woken = false;
        }
        Complete(result);
    }
}
