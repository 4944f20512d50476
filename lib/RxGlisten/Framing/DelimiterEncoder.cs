using System.Buffers;

namespace RxGlisten;

/// <summary>Writes frames that end by a delimiter.</summary>
internal sealed class DelimiterEncoder(byte[] delimiter) : IFrameEncoder<ReadOnlyMemory<byte>>
{
    public void Encode(ReadOnlyMemory<byte> frame, IBufferWriter<byte> output)
    {
        var length = frame.Length + delimiter.Length;
        var bytes = output.GetSpan(length)[..length];
        frame.Span.CopyTo(bytes);
        delimiter.CopyTo(bytes[frame.Length..]);
        // In the whole, because the end of a frame and the beginning of the delimiter may make one together.
        if (bytes.IndexOf(delimiter) != frame.Length)
            throw new ArgumentException("A frame contains its delimiter: what reads it would see two.", nameof(frame));
        output.Advance(length);
    }
}
