namespace RxGlisten.Testing;

/// <summary>
/// One direction of a link: pieces on their way, in order, the FIN and the reset among them. Guarded by the network's lock.
/// One timer at a time, for the piece that arrives next; what takes no time arrives in the call that sends it.
/// </summary>
internal sealed class Wire : IThreadPoolWorkItem
{
    private readonly SimulatedNetwork _network;
    private readonly LinkSettings _link;
    private readonly DeterministicRandom _random;
    private readonly TraceDirection _direction;
    private readonly TimeSpan _start;
    private readonly List<long> _cuts = []; // bytes before which something happens
    private readonly Queue<Piece> _pieces = new();
    private readonly StreamEnd _from;
    private readonly StreamEnd _to;
    private TimeSpan _lastDue;
    private TimeSpan _busyUntil;
    private int _bytes;
    private long _sent;
    private long _arrived;
    private bool _scheduled;

    public Wire(SimulatedNetwork network, LinkSettings link, DeterministicRandom random, TraceDirection direction, StreamEnd from, StreamEnd to)
    {
        (_network, _link, _random, _direction, _from, _to) = (network, link, random, direction, from, to);
        _start = network.Now;
        _lastDue = _start + link.Latency; // nothing overtakes the handshake
        foreach (var fault in link.Faults)
        {
            if (fault.AtByte is { } at && fault.Direction == direction && fault.Kind is FaultKind.Stall or FaultKind.Reset)
                _cuts.Add(at);
        }
    }

    private enum Kind
    {
        Bytes,
        Fin,
        Reset,
    }

    /// <summary>How many bytes the sender may send now.</summary>
    public int Room => Math.Max(0, _link.WindowBytes - _bytes - _to.UnreadBytes);

    /// <summary>Sends all of it; the caller has seen that there is room, and leaves the memory alone.</summary>
    public void Send(ReadOnlyMemory<byte> data)
    {
        _network.Note(_from.Number, _direction, TraceKind.Sent, data);
        while (!data.IsEmpty)
        {
            StallAt(_sent);
            var length = data.Length;
            if (_link.LargestPieceBytes is { } largest)
                length = Math.Min(length, _random.Between(1, largest));
            foreach (var cut in _cuts)
            {
                if (cut > _sent)
                    length = (int)Math.Min(length, cut - _sent);
            }

            _sent += length;
            Add(Kind.Bytes, data[..length]);
            data = data[length..];
        }
    }

    public void SendFin()
    {
        _network.Note(_from.Number, _direction, TraceKind.Finished);
        StallAt(_sent);
        Add(Kind.Fin, default);
    }

    /// <summary>Destroys what is on its way, and resets.</summary>
    public void SendReset()
    {
        _network.Note(_from.Number, _direction, TraceKind.ResetSent);
        Destroy();
        Add(Kind.Reset, default);
    }

    public void Destroy()
    {
        _pieces.Clear();
        _bytes = 0;
    }

    /// <summary>The timer.</summary>
    public void Execute()
    {
        lock (_network.Gate)
        {
            _scheduled = false;
            var now = _network.Now;
            while (_pieces.TryPeek(out var piece) && piece.Due <= now)
            {
                _pieces.Dequeue();
                _bytes -= piece.Data.Length;
                Arrive(piece);
            }

            Schedule();
        }
    }

    private void Add(Kind kind, ReadOnlyMemory<byte> data)
    {
        var piece = new Piece(DueOf(data.Length), kind, data);
        if (_pieces.Count == 0 && piece.Due <= _network.Now)
        {
            Arrive(piece);
            return;
        }

        _pieces.Enqueue(piece);
        _bytes += data.Length;
        Schedule();
    }

    private void Schedule()
    {
        if (_scheduled || !_pieces.TryPeek(out var next))
            return;
        _scheduled = true;
        _network.After(next.Due - _network.Now, this);
    }

    private TimeSpan DueOf(int bytes)
    {
        var leaves = Later(_network.Now, _busyUntil);
        if (_link.BytesPerSecond is { } rate && bytes > 0)
            leaves += new TimeSpan((long)((Int128)bytes * TimeSpan.TicksPerSecond / rate));
        _busyUntil = leaves;
        var due = leaves + _link.Latency;
        if (_link.Jitter > TimeSpan.Zero)
            due += new TimeSpan(_random.Next(_link.Jitter.Ticks + 1));
        due = Later(due, _lastDue);
        foreach (var fault in _link.Faults)
        {
            if (fault.Kind == FaultKind.Stall && fault.Direction == _direction && fault.At is { } at && due >= _start + at && due < _start + at + fault.For)
                due = _start + at + fault.For;
        }

        return _lastDue = due;
    }

    private void StallAt(long sent)
    {
        for (var i = 0; i < _cuts.Count; i++)
        {
            if (_cuts[i] != sent)
                continue;
            foreach (var fault in _link.Faults)
            {
                if (fault.Kind == FaultKind.Stall && fault.Direction == _direction && fault.AtByte == sent)
                {
                    _lastDue = Later(_lastDue, _network.Now + _link.Latency) + fault.For;
                    _cuts.RemoveAt(i--);
                    break;
                }
            }
        }
    }

    private void Arrive(Piece piece)
    {
        if (BreaksAt(_arrived))
            return;
        switch (piece.Kind)
        {
            case Kind.Bytes:
                _arrived += piece.Data.Length;
                _to.OnArrived(piece.Data);
                BreaksAt(_arrived);
                break;
            case Kind.Fin:
                _to.OnFin();
                break;
            default:
                _to.OnReset();
                break;
        }
    }

    private bool BreaksAt(long arrived)
    {
        if (_cuts.Count == 0)
            return false;
        foreach (var fault in _link.Faults)
        {
            if (fault.Kind == FaultKind.Reset && fault.Direction == _direction && fault.AtByte == arrived)
            {
                _network.Break(_from, _to);
                return true;
            }
        }

        return false;
    }

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private readonly record struct Piece(TimeSpan Due, Kind Kind, ReadOnlyMemory<byte> Data);
}
