namespace RxGlisten;

/// <summary>The bytes of packets, as an observable.</summary>
internal sealed class PacketBytes(IObservable<Message> inbound) : IObservable<ReadOnlyMemory<byte>>
{
    public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return inbound.Subscribe(new Sink(observer));
    }

    private sealed class Sink(IObserver<ReadOnlyMemory<byte>> observer) : IPacketSink, IGivesBack
    {
        public bool KeepsNothing { get; } = observer is IByteSink { KeepsNothing: true };

        public bool TakesOne => false;

        public ReadOnlyMemory<byte> GiveBack() => (observer as IGivesBack)?.GiveBack() ?? default;

        public void OnBytes(ReadOnlyMemory<byte> data) => observer.OnNext(data);

        public void OnNext(Message value)
        {
            if (value is Packet packet)
                observer.OnNext(packet.Data);
        }

        public void OnError(Exception error) => observer.OnError(error);

        public void OnCompleted() => observer.OnCompleted();
    }
}
