using System.Net;
using System.Reactive.Subjects;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>
/// A client on a simulated network: it does what it is told, reads whatever arrives, and remembers it. What happens to it, happens in turns of the
/// network's queue; its lists are to be read when nothing runs.
/// </summary>
public sealed class SimulatedClient
{
    private readonly SimulatedNetwork _network;
    private readonly LinkSettings _link;
    private readonly List<ReceivedChunk> _received = [];
    private readonly List<ReadOnlyMemory<byte>> _sent = [];
    private readonly Subject<TraceEvent> _events = new();

    internal SimulatedClient(SimulatedNetwork network, LinkSettings link, int number, EndPoint local, EndPoint remote)
    {
        (_network, _link, Number, LocalEndPoint, RemoteEndPoint) = (network, link, number, local, remote);
        Stream = new ClientStream(network, link, number, this);
    }

    /// <summary>The connection's number in the trace, from 1.</summary>
    public int Number { get; }

    /// <summary>This side's address: the server's <see cref="IConnection.RemoteEndPoint"/>.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>The server's address.</summary>
    public EndPoint RemoteEndPoint { get; }

    /// <summary>What it read, as it read it.</summary>
    public IReadOnlyList<ReceivedChunk> Received => _received;

    /// <summary>All bytes that it read.</summary>
    public byte[] ReceivedBytes => Join(_received.Select(chunk => chunk.Data));

    /// <summary>... as text, a letter a byte.</summary>
    public string ReceivedText => Encoding.Latin1.GetString(ReceivedBytes);

    /// <summary>All bytes that left it; less than what it was told to send, when the window was full or the end came before.</summary>
    public byte[] SentBytes => Join(_sent);

    /// <summary>Bytes that it was told to send and that wait for the server's window.</summary>
    public long UnsentBytes => Stream.UnsentBytes;

    /// <summary>How it saw the connection end.</summary>
    public ClientEnd End { get; private set; }

    /// <summary>When it saw that; null before.</summary>
    public TimeSpan? EndTime { get; private set; }

    /// <summary>Whether its FIN has left.</summary>
    public bool IsFinished => Stream.FinSent;

    /// <summary>Whether it gave the connection up: by <see cref="Reset"/> or <see cref="Close"/>.</summary>
    public bool IsClosed => Stream.IsEnded;

    /// <summary>
    /// What it sees, when it sees it: <see cref="TraceKind.Received"/>, <see cref="TraceKind.FinReceived"/>, <see cref="TraceKind.ResetReceived"/>,
    /// <see cref="TraceKind.Refused"/>. Hot; any number of subscribers; completes after the end.
    /// </summary>
    public IObservable<TraceEvent> Events => _events;

    internal ClientStream Stream { get; }

    internal ServerEnd? Server { get; private set; }

    /// <summary>Sends, as the server's window allows.</summary>
    /// <param name="bytes">Copied.</param>
    /// <returns>False when it is too late: after the end, or after <see cref="Finish"/>.</returns>
    public bool Send(ReadOnlyMemory<byte> bytes)
    {
        lock (_network.Gate)
        {
            if (Stream.TakesNothing)
                return false;
            if (!bytes.IsEmpty)
                Stream.Take(bytes.ToArray());
            return true;
        }
    }

    /// <summary>Sends text, a byte a letter (Latin-1).</summary>
    /// <param name="text">What to send.</param>
    /// <returns>As of the other form.</returns>
    public bool Send(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Send(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>Sends FIN after all that it was told to send, and goes on reading.</summary>
    public void Finish()
    {
        lock (_network.Gate)
            Stream.Finish();
    }

    /// <summary>Resets the connection; what is on its way is destroyed.</summary>
    public void Reset()
    {
        lock (_network.Gate)
            Stream.Close(reset: true);
    }

    /// <summary>Closes as a process that ends: FIN, or a reset if bytes are unread, and a reset for whatever comes later.</summary>
    public void Close()
    {
        lock (_network.Gate)
            Stream.Close(reset: false);
    }

    /// <summary>Leaves unread what arrives, until <see cref="ResumeReading"/>: the window fills.</summary>
    public void StopReading()
    {
        lock (_network.Gate)
            Stream.SetPaused(true);
    }

    /// <summary>Reads again.</summary>
    public void ResumeReading()
    {
        lock (_network.Gate)
            Stream.SetPaused(false);
    }

    internal void OnSent(ReadOnlyMemory<byte> data) => _sent.Add(data);

    internal void StartFaults(ServerEnd server)
    {
        Server = server;
        _network.BreakLater(_link, Stream, server);
        foreach (var fault in _link.Faults)
        {
            if (fault.At is not { } at)
                continue;
            switch (fault.Kind)
            {
                case FaultKind.Finish:
                    Later(at, Stream.FinishNow);
                    break;
                case FaultKind.Close:
                    Later(at, () => Stream.Close(reset: false));
                    break;
                case FaultKind.StopReading:
                    Later(at, () => Stream.SetPaused(true));
                    Later(at + fault.For, () => Stream.SetPaused(false));
                    break;
            }
        }
    }

    /// <summary>Nobody listens, or takes more connections.</summary>
    internal void Refuse(ServerEnd server)
    {
        server.Abandon();
        _network.After(_link.Latency, new Turn(() => See(TraceKind.Refused, ClientEnd.Refused, () => Stream.Close(reset: false))));
    }

    /// <summary>A turn: reads what has arrived, or sees the end.</summary>
    internal void Read()
    {
        lock (_network.Gate)
            Stream.BeginTurn();
        while (true)
        {
            ReadOnlyMemory<byte> data;
            lock (_network.Gate)
            {
                data = Stream.HasNews ? Stream.ReadNext() : default;
                if (!data.IsEmpty)
                {
                    _received.Add(new ReceivedChunk(_network.Now, data));
                    _network.Note(Number, TraceDirection.ToClient, TraceKind.Received, data);
                }
            }

            if (data.IsEmpty)
                break;
            _events.OnNext(new TraceEvent(_network.Now, Number, TraceDirection.ToClient, TraceKind.Received, data));
        }

        if (!Stream.HasNews)
            return;
        if (Stream.ResetArrived)
            See(TraceKind.ResetReceived, ClientEnd.Reset, static () => { });
        else if (Stream.FinArrived)
            See(TraceKind.FinReceived, ClientEnd.Fin, AnswerFin);
    }

    private void AnswerFin()
    {
        if (_link.AnswersFin)
            Stream.Finish();
    }

    private void See(TraceKind kind, ClientEnd end, Action then)
    {
        lock (_network.Gate)
        {
            // A reset may follow a FIN that was seen: a connection that is half closed can still break.
            if (End == end || (End != ClientEnd.None && end != ClientEnd.Reset))
                return;
            var first = End == ClientEnd.None;
            if (first)
                (End, EndTime) = (end, _network.Now);
            _network.Note(Number, TraceDirection.ToClient, kind);
            then();
            if (!first)
                return;
        }

        _events.OnNext(new TraceEvent(_network.Now, Number, TraceDirection.ToClient, kind));
        _events.OnCompleted();
    }

    private void Later(TimeSpan at, Action action)
    {
        // Not cancelled when the connection is over: each fires once, and does nothing then.
        _network.After(at, new Turn(() =>
        {
            lock (_network.Gate)
                action();
        }));
    }

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var all = new MemoryStream();
        foreach (var piece in pieces)
            all.Write(piece.Span);
        return all.ToArray();
    }
}
