using System.Text;

namespace RxGlisten.Testing;

/// <summary>Bytes as a person reads them, in the notation of marble scripts: quoted text where they are that, hexadecimal digits where not.</summary>
internal static class ByteText
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>At most so many bytes of it, and an ellipsis.</summary>
    public static string Quote(ReadOnlySpan<byte> data, int most = int.MaxValue)
    {
        var shown = data.Length > most ? data[..most] : data;
        var dots = data.Length > most ? "…" : "";
        return TryText(shown, out var text) ? $"'{text}'{dots}" : $"<{Convert.ToHexStringLower(shown)}>{dots}";
    }

    /// <summary>Whether it is text without control characters but for line ends and tabs; those are escaped.</summary>
    public static bool TryText(ReadOnlySpan<byte> data, out string text)
    {
        text = "";
        string decoded;
        try
        {
            decoded = s_strict.GetString(data);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        var escaped = new StringBuilder(decoded.Length);
        foreach (var c in decoded)
        {
            if (c is '\r' or '\n' or '\t' or '\\' or '\'')
                escaped.Append('\\').Append(c switch { '\r' => 'r', '\n' => 'n', '\t' => 't', _ => c });
            else if (char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format)
                return false;
            else
                escaped.Append(c);
        }

        text = escaped.ToString();
        return true;
    }
}
