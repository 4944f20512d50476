using System.Buffers;
using System.Globalization;
using System.Reactive.Linq;
using Bytes = System.ReadOnlyMemory<byte>;

namespace RxGlisten.Demos.Http;

/// <summary>Pieces of a body as chunks (RFC 9112, 7.1).</summary>
internal sealed class ChunkEncoder : IFrameEncoder<Bytes>
{
    private const int MostSizeDigits = 8;

    private static readonly Bytes s_last = "0\r\n\r\n"u8.ToArray();

    /// <summary>The body with the chunk that ends it; without that the client knows that it was cut.</summary>
    public static IObservable<Bytes> Encode(IObservable<Bytes> body) => body.Encode(new ChunkEncoder()).Append(s_last);

    public void Encode(Bytes frame, IBufferWriter<byte> output)
    {
        if (frame.IsEmpty)
            return; // an empty chunk would be the last
        frame.Length.TryFormat(output.GetSpan(MostSizeDigits), out var digits, "x", CultureInfo.InvariantCulture);
        output.Advance(digits);
        output.Write("\r\n"u8);
        output.Write(frame.Span);
        output.Write("\r\n"u8);
    }
}
