namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>
/// Bytes in packets that the spec cuts, to one observer. Where the observer says that it keeps nothing, a packet is overwritten as soon as it returns.
/// </summary>
internal sealed class PacketFeed : IObservable<ReadOnlyMemory<byte>>
{
    private IObserver<ReadOnlyMemory<byte>>? _observer;

    /// <summary>Whether somebody is subscribed.</summary>
    public bool IsObserved => _observer is not null;

    /// <summary>Whether the observer said that it keeps nothing.</summary>
    public bool IsReused => _observer is IByteSink { KeepsNothing: true };

    public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
    {
        _observer = observer;
        return System.Reactive.Disposables.Disposable.Create(() => _observer = null);
    }

    /// <summary>A packet with these bytes.</summary>
    /// <returns>Its memory.</returns>
    public byte[] Packet(ReadOnlySpan<byte> bytes)
    {
        var packet = bytes.ToArray();
        var reused = IsReused;
        _observer?.OnNext(packet);
        if (reused)
            packet.AsSpan().Fill(0xDB);
        return packet;
    }

    /// <summary>Packets that end at these places and at the last byte, and the end.</summary>
    public void All(ReadOnlySpan<byte> bytes, IEnumerable<int> cuts)
    {
        var at = 0;
        foreach (var cut in cuts)
        {
            Packet(bytes[at..cut]);
            at = cut;
        }

        Packet(bytes[at..]);
        End();
    }

    public void End() => _observer?.OnCompleted();

    public void Fail(Exception error) => _observer?.OnError(error);
}
