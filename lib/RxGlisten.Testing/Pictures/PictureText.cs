using System.Globalization;
using System.Text;
using System.Xml;

namespace RxGlisten.Testing;

/// <summary>What pictures say, and how wide that is.</summary>
internal static class PictureText
{
    /// <summary>A character of 12 px in a monospaced font, and a little more, for fonts differ.</summary>
    private const double CharacterWidth = 7.4;
    private const int MostQuoted = 20;  // a payload of as many bytes is shown
    private const int BeginQuoted = 12; // of a longer text, so much and the size

    public static double Width(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
            columns += rune.Value < 0x1100 ? 1 : 2; // beyond, scripts whose characters may be twice as wide
        return columns * CharacterWidth;
    }

    /// <summary>A payload: all of a small one, the begin of a text, the size of the rest.</summary>
    public static string Payload(ReadOnlySpan<byte> data)
    {
        if (data.Length <= MostQuoted)
        {
            if (ByteText.TryText(data, out _) || data.Length <= MostQuoted / 2)
                return ByteText.Quote(data);
        }
        else if (ByteText.TryText(data[..BeginQuoted], out var begin))
        {
            return $"'{begin}…' {Size(data.Length)}";
        }

        return Size(data.Length);
    }

    public static string Size(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024 / 1024:0.#} GiB"),
    };

    /// <summary>A time in the unit that suits the steps of an axis.</summary>
    public static string Time(TimeSpan time, TimeSpan step)
    {
        var (unit, name) = step switch
        {
            _ when step < TimeSpan.FromMilliseconds(1) => (TimeSpan.FromMicroseconds(1), "µs"),
            _ when step < TimeSpan.FromSeconds(1) => (TimeSpan.FromMilliseconds(1), "ms"),
            _ when step < TimeSpan.FromMinutes(1) => (TimeSpan.FromSeconds(1), "s"),
            _ when step < TimeSpan.FromHours(1) => (TimeSpan.FromMinutes(1), "min"),
            _ => (TimeSpan.FromHours(1), "h"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{time / unit:0.###} {name}");
    }

    /// <summary>At most so many characters.</summary>
    public static string Clip(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");

    /// <summary>For the inside of an element; what XML can't have becomes a question mark.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
                escaped.Append(c).Append(text[++i]);
            else if (c == '&')
                escaped.Append("&amp;");
            else if (c == '<')
                escaped.Append("&lt;");
            else if (c == '>')
                escaped.Append("&gt;");
            else
                escaped.Append(XmlConvert.IsXmlChar(c) ? c : '?');
        }

        return escaped.ToString();
    }
}
