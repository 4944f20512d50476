using System.Buffers;

namespace RxGlisten;

/// <summary>A stretch of queued bytes in a rented buffer, or a flush that waits for all before it.</summary>
internal sealed class SendSegment
{
    private const int BlockBytes = 16 * 1024;

    private SendSegment(byte[] buffer, bool isMessage, SendWaiter? flush)
    {
        Buffer = buffer;
        IsMessage = isMessage;
        Flush = flush;
    }

    /// <summary>The bytes from <see cref="Start"/> to <see cref="End"/> are to be sent.</summary>
    public byte[] Buffer { get; }

    /// <summary>The first byte that was not taken by the transport.</summary>
    public int Start { get; set; }

    /// <summary>Behind the last byte.</summary>
    public int End { get; private set; }

    /// <summary>Whether this is exactly one message, so that it may be dropped while it is not started.</summary>
    public bool IsMessage { get; }

    /// <summary>The flush that waits here; such a segment has no bytes.</summary>
    public SendWaiter? Flush { get; }

    /// <summary>How many bytes are to be sent.</summary>
    public int Length => End - Start;

    /// <summary>A place in the queue where a flush waits.</summary>
    public static SendSegment Marker(SendWaiter flush) => new([], false, flush);

    /// <summary>Room for at least a part of so many bytes.</summary>
    public static SendSegment Rent(int bytes, bool isMessage) =>
        new(ArrayPool<byte>.Shared.Rent(isMessage ? bytes : Math.Clamp(bytes, BlockBytes, 4 * BlockBytes)), isMessage, null);

    /// <summary>Takes as many bytes as there is room for, and says how many.</summary>
    public int Append(ReadOnlySpan<byte> data)
    {
        var count = Math.Min(data.Length, Buffer.Length - End);
        data[..count].CopyTo(Buffer.AsSpan(End));
        End += count;
        return count;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Return()
    {
        if (Buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(Buffer);
    }
}
