using System.Diagnostics.CodeAnalysis;

namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>A decoder that waits for bytes behind a frame: runs of one letter.</summary>
internal sealed class Runs(int ahead) : IFrameDecoder<string>
{
    public bool KeepsBytes => false;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out string frame, out int length)
    {
        var span = bytes.Span;
        length = Math.Max(0, span.IndexOfAnyExcept(span[0]));
        if (length == 0 || span.Length < length + ahead)
        {
            frame = null;
            length = 0;
            return false;
        }

        frame = Outcome.Text(span[..length]);
        return true;
    }
}
