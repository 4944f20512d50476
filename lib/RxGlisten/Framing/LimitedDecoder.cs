using System.Diagnostics.CodeAnalysis;

namespace RxGlisten;

/// <summary>A user's decoder, held to its contract and to a maximum.</summary>
internal readonly struct LimitedDecoder<T>(IFrameDecoder<T> decoder, int maxLength) : IPacketDecoder<T>
{
    public bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T frame, out int length)
    {
        var isFrame = decoder.TryDecode(packet[at..], out frame, out length);
        if (isFrame && (length < 1 || length > bytes.Length))
            throw new InvalidOperationException($"{decoder.GetType().Name} gave a frame of {length} bytes out of {bytes.Length}.");
        // As an unsigned number a negative one is larger than any maximum.
        if ((uint)length > (uint)maxLength || (!isFrame && bytes.Length > maxLength))
            throw new FrameTooLargeException(maxLength);
        return isFrame;
    }
}
