using System.Buffers;

namespace RxGlisten;

/// <summary>Writes frames of one length, and no others.</summary>
internal sealed class FixedLengthEncoder(int length) : IFrameEncoder<ReadOnlyMemory<byte>>
{
    public void Encode(ReadOnlyMemory<byte> frame, IBufferWriter<byte> output)
    {
        if (frame.Length != length)
            throw new ArgumentException($"A frame has {frame.Length} bytes instead of {length}.", nameof(frame));
        output.Write(frame.Span);
    }
}
