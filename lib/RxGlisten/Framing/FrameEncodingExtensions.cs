using System.Text;

namespace RxGlisten;

/// <summary>
/// Bytes out of frames: the mirror of <see cref="FramingExtensions"/>. All are cold over their source and subscribe it once; each frame gives one element, on the thread of the
/// source. The frame's memory is done with when that call returns, and the element's is valid for as long as it is kept. A frame that the format can't carry (a line with a line
/// feed in it, say) ends the sequence with an <see cref="ArgumentException"/>: what reads it would see other frames.
/// </summary>
public static class FrameEncodingExtensions
{
    /// <summary>Lines of text.</summary>
    /// <param name="lines">The lines, without their ends.</param>
    /// <param name="ending">What ends each. Default a line feed.</param>
    /// <param name="encoding">Default UTF-8.</param>
    /// <exception cref="ArgumentException">The encoding writes line ends unlike ASCII, as UTF-16 does.</exception>
    public static IObservable<ReadOnlyMemory<byte>> EncodeLines(this IObservable<string> lines, LineEnding ending = LineEnding.Lf, Encoding? encoding = null)
    {
        if (encoding is not null && !TextLineDecoder.CanRead(encoding))
            throw new ArgumentException($"{encoding.WebName} writes the ends of lines unlike ASCII.", nameof(encoding));
        return lines.Encode(new LineEncoder(ending, encoding));
    }

    /// <summary>Lines that are bytes already.</summary>
    /// <param name="lines">The lines, without their ends.</param>
    /// <param name="ending">What ends each. Default a line feed.</param>
    public static IObservable<ReadOnlyMemory<byte>> EncodeLines(this IObservable<ReadOnlyMemory<byte>> lines, LineEnding ending = LineEnding.Lf) =>
        Bytes(lines, new LineEncoder(ending, null));

    /// <summary>Frames that end by a delimiter.</summary>
    /// <param name="frames">The frames, without it.</param>
    /// <param name="delimiter">One byte or more; copied.</param>
    public static IObservable<ReadOnlyMemory<byte>> EncodeDelimited(this IObservable<ReadOnlyMemory<byte>> frames, ReadOnlySpan<byte> delimiter)
    {
        if (delimiter.IsEmpty)
            throw new ArgumentException("A delimiter has one byte or more.", nameof(delimiter));
        return Bytes(frames, new DelimiterEncoder(delimiter.ToArray()));
    }

    /// <summary>Frames that say their length in front.</summary>
    /// <param name="frames">What follows the field.</param>
    /// <param name="prefix">The field with the length, and what it counts.</param>
    public static IObservable<ReadOnlyMemory<byte>> EncodeLengthPrefixed(this IObservable<ReadOnlyMemory<byte>> frames, LengthPrefix prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return Bytes(frames, new LengthPrefixEncoder(prefix));
    }

    /// <summary>Frames of one length; any other is refused.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="length">The length of every frame, in bytes. 1 or more.</param>
    public static IObservable<ReadOnlyMemory<byte>> EncodeFixedLength(this IObservable<ReadOnlyMemory<byte>> frames, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Bytes(frames, new FixedLengthEncoder(length));
    }

    /// <summary>Frames of a protocol of one's own.</summary>
    /// <typeparam name="T">The frames.</typeparam>
    /// <param name="frames">The frames.</param>
    /// <param name="encoder">Writes them. A frame for which it writes nothing is left out.</param>
    public static IObservable<ReadOnlyMemory<byte>> Encode<T>(this IObservable<T> frames, IFrameEncoder<T> encoder)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(encoder);
        return new EncodeSequence<T>(frames, observer => new EncodeSink<T>(observer, encoder));
    }

    private static EncodeSequence<ReadOnlyMemory<byte>> Bytes(IObservable<ReadOnlyMemory<byte>> frames, IFrameEncoder<ReadOnlyMemory<byte>> encoder)
    {
        ArgumentNullException.ThrowIfNull(frames);
        return new EncodeSequence<ReadOnlyMemory<byte>>(frames, observer => new EncodeByteSink(observer, encoder));
    }
}
