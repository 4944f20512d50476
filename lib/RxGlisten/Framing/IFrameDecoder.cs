using System.Diagnostics.CodeAnalysis;

namespace RxGlisten;

/// <summary>
/// Finds frames of a protocol of one's own, for <see cref="FramingExtensions.Decode"/>, which keeps what is incomplete and asks again. Calls are serial.
/// A decoder that keeps state from call to call serves one subscription: make it where the pipeline is made.
/// </summary>
/// <typeparam name="T">The frames.</typeparam>
public interface IFrameDecoder<T>
{
    /// <summary>
    /// Whether frames may refer to the memory that they were decoded from, which then lasts for as long as they do. Default true, which is always safe;
    /// one whose frames are numbers, strings or copies may say false, and receive buffers are used again. Asked once a subscription.
    /// </summary>
    bool KeepsBytes => true;

    /// <summary>
    /// Decodes the first frame, if it is complete. What it throws ends the sequence: <see cref="ProtocolException"/>, or one of its kind, where the peer is to blame.
    /// </summary>
    /// <param name="bytes">
    /// From the beginning of the frame; one byte or more, perhaps those of later frames too. They never change. Without <see cref="KeepsBytes"/> they are
    /// valid until the call returns.
    /// </param>
    /// <param name="frame">The frame.</param>
    /// <param name="length">
    /// Of a complete frame: how many bytes it takes, 1 or more. Of an incomplete one: how many it will take at least, where that is known, or else 0. The
    /// decoder is not asked again before there are so many. A negative length is one that overflowed: too large.
    /// </param>
    /// <returns>Whether the frame is complete. A decoder may wait for bytes behind it; all but one of them count towards the maximum.</returns>
    bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out T frame, out int length);
}
