namespace RxGlisten;

/// <summary>
/// One buffer for everything that nobody will read: connections write into it at the same time, which harms nobody as long as it is never read.
/// </summary>
internal sealed class DiscardBuffer : IReceiveBuffer
{
    /// <summary>How often it is filled, at most, when a transport closes: as much as the kernel keeps of a peer that does not flood.</summary>
    public const int RoundsAtClose = 16;

    private readonly byte[] _bytes = new byte[64 * 1024];

    /// <summary>The one buffer.</summary>
    public static IReceiveBuffer Shared { get; } = new DiscardBuffer();

    public Memory<byte> GetMemory(int available) => _bytes;
}
