namespace RxGlisten.Testing;

/// <summary>The sending side of a recorded connection. Concurrent senders may be noted in another order than they are sent in.</summary>
internal sealed class RecordedOutbound(RecordedConnection connection) : IOutbound
{
    private readonly IOutbound _inner = connection.Inner.Outbound;

    public long QueuedBytes => _inner.QueuedBytes;

    public IObservable<bool> Writable => _inner.Writable;

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        connection.NoteSent(value.Span, inLine: false);
        _inner.OnNext(value);
    }

    public void OnError(Exception error) => _inner.OnError(error);

    public void OnCompleted()
    {
        connection.NoteFinish();
        _inner.OnCompleted();
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        // Noted when it is in the queue: one that is cancelled before that is never sent.
        await _inner.SendAsync(data, cancellation).ConfigureAwait(false);
        connection.NoteSent(data.Span, inLine: true);
    }

    public ValueTask FlushAsync(CancellationToken cancellation = default) => _inner.FlushAsync(cancellation);
}
