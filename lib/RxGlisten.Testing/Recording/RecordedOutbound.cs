namespace RxGlisten.Testing;

/// <summary>The sending side of a recorded connection. Concurrent senders may be noted in another order than they are sent in.</summary>
internal sealed class RecordedOutbound(RecordedConnection connection) : IOutbound, ILimitedOutbound
{
    public long QueuedBytes => Inner.QueuedBytes;

    public IObservable<bool> Writable => Inner.Writable;

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        connection.NoteSent(value.Span, inLine: false);
        Inner.OnNext(value);
    }

    public void Offer(ReadOnlyMemory<byte> value, SlowConsumerPolicy policy, long limit, string limitName)
    {
        connection.NoteSent(value.Span, inLine: false);
        ILimitedOutbound.Offer(Inner, value, policy, limit, limitName);
    }

    public void OnError(Exception error) => Inner.OnError(error);

    public void OnCompleted()
    {
        connection.NoteFinish();
        Inner.OnCompleted();
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        // Noted when it is in the queue: one that is cancelled before that is never sent.
        await Inner.SendAsync(data, cancellation).ConfigureAwait(false);
        connection.NoteSent(data.Span, inLine: true);
    }

    public ValueTask FlushAsync(CancellationToken cancellation = default) => Inner.FlushAsync(cancellation);

    private IOutbound Inner => connection.Inner.Outbound;
}
