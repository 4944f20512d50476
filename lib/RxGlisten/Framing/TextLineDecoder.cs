using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RxGlisten;

/// <summary>Lines as text.</summary>
internal struct TextLineDecoder(int maxLength, Encoding encoding) : IFrameDecoder<string>
{
    private LineDecoder _lines = new(maxLength);

    /// <summary>Whether the encoding writes the ends of lines as ASCII does, so that bytes can be searched for them.</summary>
    public static bool CanRead(Encoding encoding) => encoding.GetBytes("\r\n") is [(byte)'\r', (byte)'\n'];

    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out string frame, out int length)
    {
        var span = bytes.Span;
        if (!_lines.TryFind(span, out var content, out length))
        {
            frame = null;
            return false;
        }

        frame = Text(span[..content]);
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
