namespace RxGlisten;

/// <summary>One hold on a packet. Disposing it is idempotent and thread-safe.</summary>
internal sealed class PacketHold(InboundStream source, HeldPacket packet) : IDisposable
{
    private int _isReleased;

    /// <summary>Another hold on the same packet; only while this one lasts.</summary>
    public PacketHold Again() => source.HoldAgain(packet);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            source.Release(packet);
    }
}
