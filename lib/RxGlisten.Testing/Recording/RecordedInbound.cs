namespace RxGlisten.Testing;

/// <summary>What a recorded connection receives: the same messages, noted before they are handed on.</summary>
internal sealed class RecordedInbound(RecordedConnection connection) : IObservable<Message>
{
    private int _givenBack; // bytes that were noted, and will come again

    public IDisposable Subscribe(IObserver<Message> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return connection.Inner.Inbound.Subscribe(new Sink(this, observer));
    }

    private void Note(ReadOnlySpan<byte> data)
    {
        var again = Math.Min(_givenBack, data.Length);
        _givenBack -= again;
        if (again < data.Length)
            connection.NoteReceived(data[again..]);
    }

    private void NoteEnd(ConnectionClosedException? error) => connection.NoteInboundEnd(error);

    private sealed class Sink(RecordedInbound source, IObserver<Message> observer) : IObserver<Message>, IGivesBack
    {
        public ReadOnlyMemory<byte> GiveBack()
        {
            var unused = (observer as IGivesBack)?.GiveBack() ?? default;
            source._givenBack += unused.Length; // calls are over, and the next follow under the same lock
            return unused;
        }

        public void OnNext(Message value)
        {
            if (value is Packet packet)
                source.Note(packet.Data.Span);
            observer.OnNext(value);
        }

        public void OnError(Exception error)
        {
            // Another error is about this subscription (there is a subscriber already), not about the connection.
            if (error is ConnectionClosedException closed)
                source.NoteEnd(closed);
            observer.OnError(error);
        }

        public void OnCompleted()
        {
            source.NoteEnd(null);
            observer.OnCompleted();
        }
    }
}
