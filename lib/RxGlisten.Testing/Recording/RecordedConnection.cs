using System.Net;

namespace RxGlisten.Testing;

/// <summary>A connection that notes what arrives, what is sent if asked to, and its end; everything is the inner connection's own.</summary>
internal sealed class RecordedConnection : IConnection, IConnectionWrapper
{
    private readonly Recorder _recorder;
    private readonly Lock _closing = new();
    private int _lost;
    private int _finished;
    private int _inboundEnded;
    private volatile bool _closed;

    public RecordedConnection(IConnection inner, Recorder recorder)
    {
        Inner = inner;
        _recorder = recorder;
        Inbound = new RecordedInbound(this);
        Outbound = new RecordedOutbound(this);
        recorder.Remember(this); // before its end, at which it is forgotten
        if (inner.Closed.IsCompleted)
            NoteClosed(); // not by the pool, which may be beside the scheduler's thread
        else
            inner.Closed.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(NoteClosed);
    }

    public IConnection Inner { get; }

    public long Id => Inner.Id;

    public EndPoint LocalEndPoint => Inner.LocalEndPoint;

    public EndPoint RemoteEndPoint => Inner.RemoteEndPoint;

    public TlsInfo? Tls => Inner.Tls;

    public IObservable<Message> Inbound { get; }

    public IOutbound Outbound { get; }

    public Task<CloseReason> Closed => Inner.Closed;

    public CancellationToken Draining => Inner.Draining;

    public void Abort() => Inner.Abort();

    public void Dispose()
    {
        NoteFinish();
        Inner.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        NoteFinish();
        return Inner.DisposeAsync();
    }

    /// <summary>A packet is about to be delivered.</summary>
    public void NoteReceived(ReadOnlySpan<byte> data) => Note(ConnectionEventKind.Received, data);

    /// <summary>Bytes are about to be sent, or were put in line.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="inLine">Whether they are in line already, so that no finish can leave them out.</param>
    public void NoteSent(ReadOnlySpan<byte> data, bool inLine)
    {
        if (_recorder.RecordsOutbound && !_closed && (inLine || Volatile.Read(ref _finished) == 0))
            Note(ConnectionEventKind.Sent, data);
    }

    /// <summary>Inbound completes, or fails.</summary>
    public void NoteInboundEnd(ConnectionClosedException? error)
    {
        if (Interlocked.Exchange(ref _inboundEnded, 1) != 0)
            return;
        if (error is null)
            Note(ConnectionEventKind.InboundEnded, default);
        else
            Note(ConnectionEventKind.InboundFailed, default, detail: error.Message);
    }

    /// <summary>This side finishes sending, or closes.</summary>
    public void NoteFinish()
    {
        if (!_closed && Interlocked.Exchange(ref _finished, 1) == 0)
            Note(ConnectionEventKind.OutboundFinished, default);
    }

    /// <summary>It is closed; once.</summary>
    public void NoteClosed()
    {
        var reason = Inner.Closed.GetAwaiter().GetResult(); // it has completed
        lock (_closing) // so that who comes second finds it noted
        {
            if (_closed)
                return;
            _closed = true;
            Note(ConnectionEventKind.Closed, default, reason.Kind.ToString(), reason.Detail);
        }

        _recorder.Forget(this);
    }

    private void Note(ConnectionEventKind kind, ReadOnlySpan<byte> data, string text = "", string detail = "")
    {
        if (Volatile.Read(ref _lost) == 0 && !_recorder.TryNote(kind, Id, data, text, detail))
            Volatile.Write(ref _lost, 1);
    }
}
