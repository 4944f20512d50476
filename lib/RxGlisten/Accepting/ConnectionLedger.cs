namespace RxGlisten;

/// <summary>
/// The books of a listener: which connections are open, what is under way, and how connections ended during the drain. One lock,
/// nothing is called under it. Accepted = open + closed, always.
/// </summary>
internal sealed class ConnectionLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Connection, Stage> _open = [];
    private readonly HashSet<Connection> _closedEarly = [];
    private int _underway; // accepts that wait + connections that are open, or have yet to tell of their end
    private bool _acceptingOver;
    private bool _draining;
    private bool _cut;
    private int _finishedCount;
    private int _cutCount;

    /// <summary>How far an open connection has come.</summary>
    private enum Stage
    {
        Handshaking,
        Ready,
        Delivered,
    }

    public long Accepted { get; private set; }

    public long Closed { get; private set; }

    public long Rejected { get; private set; }

    /// <summary>Whether the listener was told to stop and nothing is under way, or can be, any more.</summary>
    public bool IsDrained
    {
        get { lock (_lock) return _draining && _acceptingOver && _underway == 0; }
    }

    public DrainResult Result
    {
        get { lock (_lock) return new DrainResult(_finishedCount, _cutCount); }
    }

    public IReadOnlyCollection<IConnection> Connections
    {
        get { lock (_lock) return [.. from open in _open where open.Value != Stage.Handshaking select open.Key]; }
    }

    /// <summary>Connections whose handshake is under way: nobody can use them yet.</summary>
    public int Handshaking
    {
        get { lock (_lock) return _open.Count(open => open.Value == Stage.Handshaking); }
    }

    public bool TryBeginAccept()
    {
        lock (_lock)
        {
            if (_acceptingOver) return false;
            _underway++;
            return true;
        }
    }

    /// <summary>The accept that began gave nothing.</summary>
    public void EndAccept(bool rejected)
    {
        lock (_lock)
        {
            _underway--;
            if (rejected) Rejected++;
        }
    }

    /// <summary>The accept that began gave a connection. Before <see cref="Open"/>, because a connection may close inside its constructor.</summary>
    public void Accept()
    {
        lock (_lock) Accepted++;
    }

    public void Open(Connection connection, bool handshaking)
    {
        lock (_lock)
        {
            if (!_closedEarly.Remove(connection)) _open.Add(connection, handshaking ? Stage.Handshaking : Stage.Ready);
        }
    }

    /// <summary>The connection's handshake is over.</summary>
    public void Ready(Connection connection)
    {
        lock (_lock)
        {
            if (_open.ContainsKey(connection)) _open[connection] = Stage.Ready;
        }
    }

    /// <summary>Somebody is about to have the connection.</summary>
    public void Deliver(Connection connection)
    {
        lock (_lock)
        {
            if (_open.ContainsKey(connection)) _open[connection] = Stage.Delivered;
        }
    }

    /// <summary>A connection that was accepted and could not be made: its descriptor is closed.</summary>
    public void CloseUnopened()
    {
        lock (_lock)
        {
            Closed++;
            _underway--;
        }
    }

    public void Close(Connection connection, CloseReason reason)
    {
        lock (_lock)
        {
            Closed++;
            if (!_open.Remove(connection, out Stage stage)) _closedEarly.Add(connection);

            // What nobody was given is nobody's to finish or to cut.
            if (!_draining || stage != Stage.Delivered) return;
            if (_cut && reason.Kind == CloseKind.ServerStopping) _cutCount++;
            else _finishedCount++;
        }
    }

    /// <summary>A connection that was closed has told of its end.</summary>
    public void End()
    {
        lock (_lock) _underway--;
    }

    public void EndAccepting()
    {
        lock (_lock) _acceptingOver = true;
    }

    public void BeginDrain()
    {
        lock (_lock) _draining = true;
    }

    /// <summary>The drain time is over.</summary>
    /// <returns>The connections to abort.</returns>
    public Connection[] Cut()
    {
        lock (_lock)
        {
            _cut = true;
            return [.. _open.Keys];
        }
    }
}
