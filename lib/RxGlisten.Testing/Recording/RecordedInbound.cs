namespace RxGlisten.Testing;

/// <summary>What a recorded connection receives: the same messages, noted before they are handed on.</summary>
internal sealed class RecordedInbound(RecordedConnection connection) : IObservable<Message>
{
    public IDisposable Subscribe(IObserver<Message> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return connection.Inner.Inbound.Subscribe(new Sink(connection, observer));
    }

    private sealed class Sink(RecordedConnection connection, IObserver<Message> observer) : IObserver<Message>
    {
        public void OnNext(Message value)
        {
            if (value is Packet packet)
                connection.NoteReceived(packet.Data.Span);
            observer.OnNext(value);
        }

        public void OnError(Exception error)
        {
            // Another error is about this subscription (there is a subscriber already), not about the connection.
            if (error is ConnectionClosedException closed)
                connection.NoteInboundEnd(closed);
            observer.OnError(error);
        }

        public void OnCompleted()
        {
            connection.NoteInboundEnd(null);
            observer.OnCompleted();
        }
    }
}
