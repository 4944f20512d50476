using System.Buffers;

namespace RxGlisten;

/// <summary>A packet in the buffer of a pipe.</summary>
internal sealed class PacketSegment : ReadOnlySequenceSegment<byte>, IDisposable
{
    private readonly LatePacket _packet;

    /// <summary>Comes behind another one, or is the first.</summary>
    public PacketSegment(LatePacket packet, PacketSegment? previous)
    {
        _packet = packet;
        Memory = packet.Packet.Data;
        if (previous is null)
            return;
        RunningIndex = previous.RunningIndex + previous.Memory.Length;
        previous.Next = this;
    }

    /// <summary>The packet behind.</summary>
    public PacketSegment? Following => (PacketSegment?)Next;

    /// <summary>Gives its credit back; the bytes stay.</summary>
    public void Dispose() => _packet.Dispose();
}
