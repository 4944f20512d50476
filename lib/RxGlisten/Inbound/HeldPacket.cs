namespace RxGlisten;

/// <summary>A packet on hold: its holds, and the credit that they keep together. Guarded by the connection's lock.</summary>
internal sealed class HeldPacket
{
    private readonly InboundStream _source;

    public HeldPacket(InboundStream source, int bytes, TimeSpan since)
    {
        _source = source;
        Bytes = bytes;
        Since = since;
        Place = new LinkedListNode<HeldPacket>(this);
    }

    /// <summary>How many bytes are on hold.</summary>
    public int Bytes { get; }

    /// <summary>When its first hold was taken.</summary>
    public TimeSpan Since { get; }

    /// <summary>Its place among all that are on hold.</summary>
    public LinkedListNode<HeldPacket> Place { get; }

    /// <summary>Holds that are not disposed.</summary>
    public int Holds { get; set; }

    /// <summary>One more hold.</summary>
    public PacketHold Add()
    {
        Holds++;
        return new PacketHold(_source, this);
    }
}
