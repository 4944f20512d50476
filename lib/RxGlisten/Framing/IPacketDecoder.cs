using System.Diagnostics.CodeAnalysis;

namespace RxGlisten;

/// <summary>What <see cref="FrameSink{TDecoder, T}"/> asks of a decoder: <see cref="IFrameDecoder{T}"/> for many frames in one packet.</summary>
internal interface IPacketDecoder<T>
{
    /// <summary>Decodes the frame that begins at a place in a packet, if it is complete.</summary>
    /// <param name="packet">The packet, or what there is of a frame that is spread over many.</param>
    /// <param name="at">Where the frame begins.</param>
    /// <param name="bytes">The packet from there on: to make a span of memory takes longer than to find a short line in it.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="length">As of <see cref="IFrameDecoder{T}"/>.</param>
    bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T frame, out int length);
}
