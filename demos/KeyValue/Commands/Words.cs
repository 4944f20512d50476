using System.Globalization;
using System.Text;

namespace RxGlisten.Demos.KeyValue;

/// <summary>What the words of commands mean.</summary>
internal static class Words
{
    private const int MostShown = 128;

    /// <summary>Whether it is this word, in small or capital letters.</summary>
    public static bool Is(this ReadOnlySpan<byte> word, string name) => Ascii.EqualsIgnoreCase(word, name);

    /// <summary>A whole number as it is written, and in no other way: without a plus, or zeros in front.</summary>
    public static bool TryInteger(this ReadOnlySpan<byte> word, out long number)
    {
        number = 0;
        var digits = word is [(byte)'-', ..] ? word[1..] : word;
        var isOne = digits is [>= (byte)'1' and <= (byte)'9', ..] || word is [(byte)'0'];
        return isOne && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A duration, of so many units, that the clock can count.</summary>
    public static bool TryDuration(this ReadOnlySpan<byte> word, TimeSpan unit, out TimeSpan duration)
    {
        var most = (TimeSpan.MaxValue / 2).Ticks / unit.Ticks;
        var isDuration = word.TryInteger(out var number) && number <= most && number >= -most;
        duration = isDuration ? number * unit : default;
        return isDuration;
    }

    /// <summary>As text, for an error that tells of it.</summary>
    public static string Shown(this ReadOnlySpan<byte> word) => Encoding.UTF8.GetString(word[..Math.Min(word.Length, MostShown)]);
}
