using System.Globalization;
using System.Text;

namespace RxGlisten.Demos.Http;

/// <summary>
/// Says where a request's body ends (RFC 9112, 6.3). Whatever two servers could read in two ways is refused, for that is how one smuggles a request past the other.
/// </summary>
internal static class BodyFraming
{
    /// <summary>The length that is announced, 0 without a body, or whether the body is chunked.</summary>
    public static (long ContentLength, bool IsChunked) Of(KnownFields known, int minorVersion, HttpLimits limits)
    {
        if (known.Codings > 0)
        {
            CheckChunked(known, minorVersion);
            return (0, true);
        }

        if (known.Lengths > 1)
            throw RequestException.Bad("A request has one Content-Length at most.");
        return (known.Lengths == 0 ? 0 : Length(known.Length.Span, limits), false);
    }

    private static void CheckChunked(KnownFields known, int minorVersion)
    {
        if (known.Codings > 1 || known.Lengths > 0)
            throw RequestException.Bad("A body has one Transfer-Encoding, or one Content-Length, and not both.");
        if (minorVersion == 0)
            throw RequestException.Bad("HTTP/1.0 knows no Transfer-Encoding.");
        var coding = known.Coding.Span;
        if (Ascii.EqualsIgnoreCase(coding, "chunked"u8))
            return;
        if (coding.IndexOf((byte)',') is >= 0 and var comma && Ascii.EqualsIgnoreCase(Syntax.Trim(coding[(comma + 1)..]), "chunked"u8) && IsKnown(Syntax.Trim(coding[..comma])))
            throw new RequestException(501, "No coding but chunked is spoken here.");
        throw RequestException.Bad("A body's coding is chunked.");
    }

    private static bool IsKnown(ReadOnlySpan<byte> coding) =>
        Ascii.EqualsIgnoreCase(coding, "gzip"u8) || Ascii.EqualsIgnoreCase(coding, "deflate"u8) || Ascii.EqualsIgnoreCase(coding, "compress"u8);

    private static long Length(ReadOnlySpan<byte> text, HttpLimits limits)
    {
        // Digits alone: no sign, no space, and no list of equal ones.
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            throw RequestException.Bad("A Content-Length is a number.");
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > limits.BodyBytes)
            throw new RequestException(413, $"A body is longer than {limits.BodyBytes} bytes.");
        return length;
    }
}
