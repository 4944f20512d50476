using System.Buffers;

namespace RxGlisten;

/// <summary>Writes frames of a protocol of one's own, for <see cref="FrameEncodingExtensions.Encode"/>. Calls of one subscription are serial.</summary>
/// <typeparam name="T">The frames.</typeparam>
public interface IFrameEncoder<in T>
{
    /// <summary>Writes one frame. What it throws ends the sequence.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="output">Where its bytes go; not to be used after the call.</param>
    void Encode(T frame, IBufferWriter<byte> output);
}
