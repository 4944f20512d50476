namespace RxGlisten;

/// <summary>The send that waits for room in the peer's window. Its state is guarded by its end's lock.</summary>
internal sealed class TurnSend(ITurnEnd end) : TurnOperation<Transfer>(end.Queue)
{
    private ReadOnlyMemory<byte> _data;
    private bool _woken;

    /// <summary>Whether a send is outstanding.</summary>
    public bool IsOutstanding { get; private set; }

    public ValueTask<Transfer> Begin(ReadOnlyMemory<byte> data)
    {
        _data = data;
        IsOutstanding = true;
        return Begin();
    }

    /// <summary>There is room, or there will never be.</summary>
    public void Wake()
    {
        if (!IsOutstanding || _woken) return;
        _woken = true;
        end.Queue.Post(this);
    }

    public override void Execute()
    {
        Transfer result;
        lock (end.Gate)
        {
            // What woke it is still true: nobody else takes the room, and no end is taken back.
            result = end.Send(_data.Span);
            _data = default;
            IsOutstanding = _woken = false;
        }
        Complete(result);
    }
}
