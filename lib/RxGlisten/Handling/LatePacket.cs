using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// A packet that is told after its own delivery. It was on hold until now, and holds that are taken while it is told keep it on hold. Disposed when
/// that is over.
/// </summary>
internal sealed class LatePacket : IHoldSource, IDisposable
{
    private readonly RefCountDisposable _hold;
    private volatile bool _told;

    /// <summary>For a packet on hold.</summary>
    public LatePacket(Packet packet, IDisposable hold)
    {
        Packet = new Packet(packet.Data, this);
        _hold = new RefCountDisposable(hold);
    }

    /// <summary>The packet as it is told.</summary>
    public Packet Packet { get; }

    public IDisposable Hold(Packet packet) => _told ? throw Packet.TooLateToHold() : _hold.GetDisposable();

    public void Dispose()
    {
        _told = true;
        _hold.Dispose();
    }
}
