using System.Globalization;

namespace RxGlisten.Demos.Http;

/// <summary>A part of something (RFC 9110, 14.1.2).</summary>
/// <param name="From">Its first byte.</param>
/// <param name="Length">How many there are.</param>
internal readonly record struct ByteRange(long From, long Length)
{
    private const string Unit = "bytes=";

    /// <summary>What a Range field asks for.</summary>
    /// <param name="field">The field; null where there is none.</param>
    /// <param name="total">How many bytes there are.</param>
    /// <param name="range">What to send: all of it for a field that is none, or more than one range, which a server need not know.</param>
    /// <returns>What kind of answer that is.</returns>
    public static RangeKind Parse(string? field, long total, out ByteRange range)
    {
        range = new ByteRange(0, total);
        if (field is null || !field.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
            return RangeKind.Whole;
        var parts = field[Unit.Length..].Split('-');
        if (parts is not [var first, var last] || !TryNumber(first, out var from) || !TryNumber(last, out var to))
            return RangeKind.Whole;
        return (from, to) switch
        {
            (null, null) => RangeKind.Whole,
            (null, { } count) => Part(Math.Max(0, total - count), total - 1, total, out range),
            ({ } start, null) => Part(start, total - 1, total, out range),
            ({ } start, { } end) => end < start ? RangeKind.Whole : Part(start, Math.Min(end, total - 1), total, out range),
        };
    }

    private static RangeKind Part(long from, long to, long total, out ByteRange range)
    {
        range = new ByteRange(from, to - from + 1);
        return from < total && range.Length > 0 ? RangeKind.Part : RangeKind.None;
    }

    /// <summary>Digits, or nothing at all. More than fit are as good as the largest number.</summary>
    private static bool TryNumber(string text, out long? number)
    {
        number = null;
        if (text.Length == 0)
            return true;
        if (text.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return false;
        number = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;
        return true;
    }
}
