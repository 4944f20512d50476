using System.Buffers;

namespace RxGlisten;

/// <summary>Writes frames that say their length in front.</summary>
internal sealed class LengthPrefixEncoder(LengthPrefix prefix) : IFrameEncoder<ReadOnlyMemory<byte>>
{
    public void Encode(ReadOnlyMemory<byte> frame, IBufferWriter<byte> output)
    {
        output.Advance(prefix.Write(output.GetSpan(LengthPrefix.MostBytes), frame.Length));
        output.Write(frame.Span);
    }
}
