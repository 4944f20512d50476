using System.Text;

namespace RxGlisten;

/// <summary>
/// Frames out of bytes, however the packets were cut. What all of them have in common:
/// <para>
/// They are cold over their source and subscribe it once. A frame is told inside the <c>OnNext</c> of the packet that completes it. An end between frames completes;
/// one inside a frame is a <see cref="TruncatedFrameException"/>. A frame past the maximum is a <see cref="FrameTooLargeException"/>, as soon as that is certain. Both
/// end a served connection as <see cref="CloseKind.ProtocolError"/>. No more memory is taken than twice what has arrived of one frame, whatever a header announces.
/// </para>
/// <para>
/// Frames of bytes are slices of their packet, without a copy, and stay valid for as long as they are kept; one that is kept keeps its packet's memory alive, so copy a small one that
/// is kept for long. One that is spread over packets is copied. No packet is put on hold.
/// </para>
/// <para>
/// Unsubscribing one that was subscribed straight on <c>connection.Inbound.Bytes()</c> gives back what it has not decoded: the next subscriber of
/// <see cref="IConnection.Inbound"/> goes on with the very next byte behind the last frame.
/// </para>
/// </summary>
public static class FramingExtensions
{
    private const int LargestMaximum = 1024 * 1024 * 1024;

    /// <summary>Lines of text, each ended by a line feed, or by a carriage return and a line feed; neither is part of it.</summary>
    /// <param name="bytes">Usually <c>connection.Inbound.Bytes()</c>.</param>
    /// <param name="maxLength">The longest line, in bytes, without its end. 1 to 1 GiB.</param>
    /// <param name="encoding">
    /// Default UTF-8. What it can't read it replaces; where it throws instead (an exception fallback), that is a <see cref="ProtocolException"/>.
    /// </param>
    /// <exception cref="ArgumentException">The encoding writes line ends unlike ASCII, as UTF-16 does.</exception>
    public static IObservable<string> Lines(this IObservable<ReadOnlyMemory<byte>> bytes, int maxLength, Encoding? encoding = null)
    {
        Check(bytes, maxLength);
        encoding ??= Encoding.UTF8;
        if (!TextLineDecoder.CanRead(encoding))
            throw new ArgumentException($"{encoding.WebName} writes the ends of lines unlike ASCII.", nameof(encoding));
        return new FrameSequence<TextLineDecoder, string>(bytes, new TextLineDecoder(maxLength, encoding), static _ => true);
    }

    /// <summary>The same lines as bytes.</summary>
    /// <param name="bytes">Usually <c>connection.Inbound.Bytes()</c>.</param>
    /// <param name="maxLength">The longest line, in bytes, without its end. 1 to 1 GiB.</param>
    public static IObservable<ReadOnlyMemory<byte>> ByteLines(this IObservable<ReadOnlyMemory<byte>> bytes, int maxLength)
    {
        Check(bytes, maxLength);
        return Slices(bytes, new LineDecoder(maxLength));
    }

    /// <summary>Frames that end by a delimiter, which is not part of them.</summary>
    /// <param name="bytes">Usually <c>connection.Inbound.Bytes()</c>.</param>
    /// <param name="delimiter">One byte or more; copied. Its first occurrence ends a frame.</param>
    /// <param name="maxLength">The longest frame, in bytes, without its delimiter. 1 to 1 GiB.</param>
    public static IObservable<ReadOnlyMemory<byte>> Delimited(this IObservable<ReadOnlyMemory<byte>> bytes, ReadOnlySpan<byte> delimiter, int maxLength)
    {
        Check(bytes, maxLength);
        if (delimiter.IsEmpty)
            throw new ArgumentException("A delimiter has one byte or more.", nameof(delimiter));
        return Slices(bytes, new DelimiterDecoder(delimiter.ToArray(), maxLength));
    }

    /// <summary>Frames that say their length in front.</summary>
    /// <param name="bytes">Usually <c>connection.Inbound.Bytes()</c>.</param>
    /// <param name="prefix">The field with the length, and what it counts. A length that is less than it has to count is a <see cref="ProtocolException"/>.</param>
    /// <param name="maxLength">The most that may follow the field, in bytes. 1 to 1 GiB.</param>
    /// <param name="keepHeader">Whether a frame begins with the field, as a proxy wants it. Default false.</param>
    public static IObservable<ReadOnlyMemory<byte>> LengthPrefixed(
        this IObservable<ReadOnlyMemory<byte>> bytes, LengthPrefix prefix, int maxLength, bool keepHeader = false)
    {
        Check(bytes, maxLength);
        ArgumentNullException.ThrowIfNull(prefix);
        return Slices(bytes, new LengthPrefixDecoder(prefix, maxLength, keepHeader));
    }

    /// <summary>Frames of one length.</summary>
    /// <param name="bytes">Usually <c>connection.Inbound.Bytes()</c>.</param>
    /// <param name="length">The length of every frame, in bytes. 1 to 1 GiB.</param>
    public static IObservable<ReadOnlyMemory<byte>> FixedLength(this IObservable<ReadOnlyMemory<byte>> bytes, int length)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LargestMaximum);
        return Slices(bytes, new FixedLengthDecoder(length));
    }

    /// <summary>Frames of a protocol of one's own.</summary>
    /// <typeparam name="T">The frames.</typeparam>
    /// <param name="bytes">Usually <c>connection.Inbound.Bytes()</c>.</param>
    /// <param name="decoder">Finds them.</param>
    /// <param name="maxLength">The longest frame, in bytes, with all that belongs to it. 1 to 1 GiB.</param>
    public static IObservable<T> Decode<T>(this IObservable<ReadOnlyMemory<byte>> bytes, IFrameDecoder<T> decoder, int maxLength)
    {
        Check(bytes, maxLength);
        ArgumentNullException.ThrowIfNull(decoder);
        // It may keep bytes beside its frames, so that what is downstream of it proves nothing.
        return new FrameSequence<LimitedDecoder<T>, T>(bytes, new LimitedDecoder<T>(decoder, maxLength), _ => !decoder.KeepsBytes);
    }

    private static FrameSequence<TDecoder, ReadOnlyMemory<byte>> Slices<TDecoder>(IObservable<ReadOnlyMemory<byte>> bytes, TDecoder decoder)
        where TDecoder : IPacketDecoder<ReadOnlyMemory<byte>> =>
        new(bytes, decoder, static observer => observer is IByteSink { KeepsNothing: true });

    private static void Check(IObservable<ReadOnlyMemory<byte>> bytes, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxLength, LargestMaximum);
    }
}
