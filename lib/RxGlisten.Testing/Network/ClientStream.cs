namespace RxGlisten.Testing;

/// <summary>The client's end of a simulated connection: what it still has to send, and what it reads in turns of the queue. Guarded by the network's lock.</summary>
internal sealed class ClientStream(SimulatedNetwork network, LinkSettings link, int number, SimulatedClient client)
    : StreamEnd(network, link, number, TraceDirection.ToServer)
{
    private readonly Queue<ReadOnlyMemory<byte>> _unsent = new();
    private readonly IThreadPoolWorkItem _reading = new Turn(client.Read);
    private readonly long _finishAfter = FinishAfter(link);
    private ReadOnlyMemory<byte> _started; // what is left of what was begun
    private bool _posted;
    private bool _finishing;

    public long UnsentBytes { get; private set; }

    public long SentBytes { get; private set; }

    /// <summary>Whether no more is taken.</summary>
    public bool TakesNothing => IsEnded || ResetArrived || _finishing;

    public bool IsPaused { get; private set; }

    /// <summary>Whether there is something to read, or an end to see, that was not seen.</summary>
    public bool HasNews => !IsPaused && !IsEnded && IsReadable;

    protected override bool WantsRoom => UnsentBytes > 0;

    public void Take(ReadOnlyMemory<byte> data)
    {
        _unsent.Enqueue(data);
        UnsentBytes += data.Length;
        Flush();
    }

    public void Finish()
    {
        if (TakesNothing)
            return;
        _finishing = true;
        Flush();
    }

    /// <summary>Forgets what was not sent, and finishes.</summary>
    public void FinishNow()
    {
        Forget();
        if (!IsEnded && !ResetArrived)
            _finishing = true; // perhaps it was already, and waited for what is forgotten now
        Flush();
    }

    public void Close(bool reset)
    {
        Forget();
        End(reset);
    }

    public void SetPaused(bool paused)
    {
        if (IsPaused == paused || IsEnded)
            return;
        IsPaused = paused;
        Network.Note(Number, TraceDirection.None, paused ? TraceKind.Paused : TraceKind.Resumed);
        if (!paused)
            OnReadable();
    }

    /// <summary>A turn to read has come: what arrives or is resumed from now on needs another.</summary>
    public void BeginTurn() => _posted = false;

    public ReadOnlyMemory<byte> ReadNext()
    {
        if (UnreadBytes == 0)
            return default;
        if (Link.CoalescedPercent == 0)
            return ReadPiece();
        var all = new byte[UnreadBytes];
        return all.AsMemory(0, Read(all));
    }

    protected override void OnReadable()
    {
        if (_posted || !HasNews)
            return;
        _posted = true;
        Network.Queue.Post(_reading);
    }

    protected override void OnRoom() => Flush();

    private static long FinishAfter(LinkSettings link)
    {
        var first = long.MaxValue;
        foreach (var fault in link.Faults)
        {
            if (fault.Kind == FaultKind.Finish && fault.AtByte is { } at)
                first = Math.Min(first, at);
        }

        return first;
    }

    private void Flush()
    {
        if (IsEnded || ResetArrived || FinSent)
        {
            Forget();
            return;
        }

        while (UnsentBytes > 0 && SentBytes < _finishAfter)
        {
            if (_started.IsEmpty)
                _started = _unsent.Dequeue();
            var step = (int)Math.Min(Math.Min(_started.Length, Out.Room), _finishAfter - SentBytes);
            if (step == 0)
                return;
            var data = _started[..step];
            _started = _started[step..];
            UnsentBytes -= step;
            SentBytes += step;
            client.OnSent(data);
            Out.Send(data);
            if (ResetArrived)
                return; // the link broke at one of these bytes
        }

        if (SentBytes >= _finishAfter)
        {
            Forget();
            _finishing = true;
        }

        if (_finishing && UnsentBytes == 0)
            SendFin();
    }

    private void Forget()
    {
        _unsent.Clear();
        _started = default;
        UnsentBytes = 0;
    }
}
