namespace RxGlisten.Testing;

/// <summary>
/// One end of a simulated connection: what has arrived and was not read, and what is known of the other end. It behaves like TCP where the difference
/// can be seen: a close with unread bytes, and bytes that arrive after the close, become a reset that destroys what is still on its way;
/// bytes that had arrived before a reset can be read. Guarded by the network's lock.
/// </summary>
internal abstract class StreamEnd(SimulatedNetwork network, LinkSettings link, int number, TraceDirection outgoing) : IThreadPoolWorkItem
{
    private readonly Queue<ReadOnlyMemory<byte>> _arrived = new();
    private ReadOnlyMemory<byte> _started; // what is left of the piece that is being read
    private StreamEnd? _peer;
    private Wire? _out;
    private DeterministicRandom? _random;
    private bool _roomNoted;
    private bool _resetSent;

    public int Number => number;

    public int UnreadBytes { get; private set; }

    /// <summary>All bytes that have arrived and could be read.</summary>
    public long ArrivedBytes { get; private set; }

    /// <summary>This end was closed, or reset by its owner.</summary>
    public bool IsEnded { get; private set; }

    public bool FinSent { get; private set; }

    /// <summary>The other's FIN; it stands behind the unread bytes,</summary>
    public bool FinArrived { get; private set; }

    /// <summary>and so does this, which comes after a FIN.</summary>
    public bool ResetArrived { get; private set; }

    /// <summary>Whether nothing more will happen here.</summary>
    public bool IsOver => IsEnded || ResetArrived || (FinSent && FinArrived && UnreadBytes == 0);

    protected SimulatedNetwork Network => network;

    protected LinkSettings Link => link;

    protected bool IsReadable => IsEnded || ResetArrived || FinArrived || UnreadBytes > 0;

    protected Wire Out => _out!; // tied before anybody sees it

    protected TraceDirection Outgoing => outgoing;

    protected TraceDirection Incoming => outgoing == TraceDirection.ToClient ? TraceDirection.ToServer : TraceDirection.ToClient;

    /// <summary>Whether this end waits for room to send.</summary>
    protected abstract bool WantsRoom { get; }

    /// <summary>How many bytes the next read is known to give.</summary>
    protected int NextBytes =>
        link.CoalescedPercent == 100 ? UnreadBytes
        : _started.Length > 0 ? _started.Length
        : _arrived.TryPeek(out var next) ? next.Length : 0;

    public static void Tie(StreamEnd client, StreamEnd server, DeterministicRandom random)
    {
        (client._peer, server._peer) = (server, client);
        (client._random, server._random) = (random.Fork(1), random.Fork(2));
        client._out = new Wire(client.Network, client.Link, random.Fork(3), TraceDirection.ToServer, client, server);
        server._out = new Wire(server.Network, server.Link, random.Fork(4), TraceDirection.ToClient, server, client);
    }

    public void OnArrived(ReadOnlyMemory<byte> data)
    {
        if (IsEnded)
        {
            AnswerByReset();
            return;
        }

        if (ResetArrived)
            return;
        _arrived.Enqueue(data);
        UnreadBytes += data.Length;
        ArrivedBytes += data.Length;
        OnReadable();
    }

    public void OnFin()
    {
        if (IsEnded || ResetArrived || FinArrived)
            return;
        FinArrived = true;
        OnReadable();
    }

    public void OnReset()
    {
        if (IsEnded || ResetArrived)
            return;
        ResetArrived = true;
        Out.Destroy();
        OnReadable();
        OnRoom();
    }

    /// <summary>The turn in which an end that waits for room learns that there is some.</summary>
    public void Execute()
    {
        lock (network.Gate)
        {
            _roomNoted = false;
            if (WantsRoom)
                OnRoom();
        }
    }

    protected abstract void OnReadable();

    protected abstract void OnRoom();

    /// <summary>Takes what is to be read together, or as much of it as fits.</summary>
    protected int Read(Span<byte> target)
    {
        var read = 0;
        while (read < target.Length && (_started.Length > 0 || _arrived.Count > 0))
        {
            if (_started.IsEmpty)
                _started = _arrived.Dequeue();
            var step = Math.Min(_started.Length, target.Length - read);
            _started.Span[..step].CopyTo(target[read..]);
            _started = _started[step..];
            read += step;
            if (!_started.IsEmpty || !JoinsNext())
                break;
        }

        Took(read);
        return read;
    }

    /// <summary>Takes what is to be read together.</summary>
    protected ReadOnlyMemory<byte> ReadPiece()
    {
        var piece = _started.Length > 0 ? _started : _arrived.Dequeue();
        _started = default;
        Took(piece.Length);
        return piece;
    }

    protected void SendFin()
    {
        if (FinSent)
            return;
        FinSent = true;
        Out.SendFin();
    }

    /// <summary>Gives the end back: by a FIN, or by a reset where it is asked for or bytes are unread.</summary>
    protected void End(bool reset)
    {
        if (IsEnded)
            return;
        if (!ResetArrived)
        {
            if (reset || UnreadBytes > 0)
                AnswerByReset();
            else
                SendFin();
        }

        SetEnded(silently: false);
    }

    protected void SetEnded(bool silently)
    {
        IsEnded = true;
        _resetSent |= silently;
        _arrived.Clear();
        _started = default;
        UnreadBytes = 0;
        OnReadable();
        OnRoom();
    }

    private void AnswerByReset()
    {
        if (_resetSent)
            return;
        _resetSent = true;
        Out.SendReset();
    }

    private bool JoinsNext() =>
        link.CoalescedPercent == 100 || (link.CoalescedPercent > 0 && _random!.Chance(link.CoalescedPercent, 100)); // tied

    private void Took(int bytes)
    {
        UnreadBytes -= bytes;
        var peer = _peer!; // tied
        if (bytes == 0 || peer._roomNoted || !peer.WantsRoom)
            return;
        peer._roomNoted = true;
        network.After(link.Latency, peer);
    }
}
