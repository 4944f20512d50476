using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RxGlisten;

/// <summary>Lines as text.</summary>
internal struct TextLineDecoder(int maxLength, Encoding encoding) : IPacketDecoder<string>
{
    // UTF-8, ASCII and Latin-1: nearly all lines are ASCII, which takes one pass less than any encoding does.
    private readonly bool _readsAscii = encoding.CodePage is 65001 or 20127 or 28591;
    private LineDecoder _lines = new(maxLength);

    /// <summary>Whether the encoding writes the ends of lines as ASCII does, so that bytes can be searched for them.</summary>
    public static bool CanRead(Encoding encoding) => encoding.GetBytes("\r\n") is [(byte)'\r', (byte)'\n'];

    public bool TryDecode(ReadOnlyMemory<byte> packet, int at, ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out string frame, out int length)
    {
        if (!_lines.TryFind(at, bytes, out var content, out length))
        {
            frame = null;
            return false;
        }

        var line = bytes[..content];
        frame = _readsAscii && Ascii.IsValid(line)
            ? string.Create(content, line, static (text, ascii) => Ascii.ToUtf16(ascii, text, out _))
            : Text(line);
        return true;
    }

    private readonly string Text(ReadOnlySpan<byte> line)
    {
        try
        {
            return encoding.GetString(line);
        }
        catch (DecoderFallbackException e)
        {
            throw new ProtocolException($"A line is not {encoding.WebName}: {e.Message}", e);
        }
    }
}
