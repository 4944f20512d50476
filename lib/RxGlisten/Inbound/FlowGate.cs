namespace RxGlisten;

/// <summary>Counts what is on hold and says whether one more packet may be delivered. Guarded by the connection's lock.</summary>
internal sealed class FlowGate(ConnectionOptions options)
{
    private readonly LinkedList<HeldPacket> _held = new();
    private long _bytes;

    /// <summary>Whether there is credit for another packet.</summary>
    public bool IsOpen => _held.Count < options.FlowControl.Packets && _bytes < options.HeldBytesLimit;

    /// <summary>The packet that is on hold longest; null without one.</summary>
    public HeldPacket? Oldest => _held.First?.Value;

    /// <summary>Takes a packet's credit.</summary>
    public void Take(HeldPacket packet)
    {
        _held.AddLast(packet.Place);
        _bytes += packet.Bytes;
    }

    /// <summary>Gives a packet's credit back, unless the close already did.</summary>
    public void Release(HeldPacket packet)
    {
        if (packet.Place.List is null)
            return;
        _held.Remove(packet.Place);
        _bytes -= packet.Bytes;
    }

    /// <summary>Gives all credit back.</summary>
    public void Clear()
    {
        _held.Clear();
        _bytes = 0;
    }
}
