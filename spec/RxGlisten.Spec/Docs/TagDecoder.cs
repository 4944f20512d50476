using System.Diagnostics.CodeAnalysis;

namespace RxGlisten.Spec.Docs;

// snippet: framing-own
/// <summary>A tag, a length and a value, a byte each but for the value.</summary>
internal sealed record Tagged(byte Tag, ReadOnlyMemory<byte> Value);

internal sealed class TagDecoder : IFrameDecoder<Tagged>
{
    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out Tagged frame, out int length)
    {
        frame = null;
        length = bytes.Length < 2 ? 2 : 2 + bytes.Span[1]; // as far as it is known: not asked again before there are so many
        if (bytes.Length < length)
            return false;
        frame = new Tagged(bytes.Span[0], bytes[2..length]);
        return true;
    }
}
// end
