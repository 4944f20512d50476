using System.Globalization;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>Prints timelines: aligned, so that what happened at the same time stands under each other.</summary>
internal static class MarbleComparison
{
    private const int MostDashes = 12; // a longer silence is named

    /// <summary>Two timelines that differ, and a marker under the first difference.</summary>
    public static string Show(SortedList<long, string> expected, SortedList<long, string> actual, long difference, TimeSpan frame, Exception? error)
    {
        var lines = new StringBuilder[] { new(), new(), new() };
        long next = 0;
        foreach (var at in expected.Keys.Union(actual.Keys).Order())
        {
            Append(lines, Silence(at - next, frame), Silence(at - next, frame), "");
            var wanted = expected.GetValueOrDefault(at) ?? "-";
            var happened = actual.GetValueOrDefault(at) ?? "-";
            Append(lines, wanted, happened, at == difference ? "^" : "");
            next = at + 1;
        }

        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"The timelines differ at {Time(difference, frame)} (frame {difference}): expected ")
            .Append(expected.GetValueOrDefault(difference) ?? "silence").Append(", but there was ")
            .Append(actual.GetValueOrDefault(difference) ?? "silence").AppendLine(".")
            .Append("  expected: ").AppendLine(lines[0].ToString().TrimEnd())
            .Append("  actual:   ").AppendLine(lines[1].ToString().TrimEnd())
            .Append("            ").Append(lines[2].ToString().TrimEnd());
        if (error is not null)
            text.AppendLine().Append("  It ended by an error: ").Append(error.GetType().Name).Append(": ").Append(error.Message);
        return text.ToString();
    }

    /// <summary>One timeline, as a script.</summary>
    public static string Line(SortedList<long, string> frames, TimeSpan frame)
    {
        var line = new StringBuilder();
        long next = 0;
        foreach (var (at, text) in frames)
        {
            line.Append(Silence(at - next, frame)).Append(text);
            next = at + 1;
        }

        return line.ToString();
    }

    // Padded to one width. A frame is as wide as what happened in it, so spaces follow the shorter one: the notation ignores them.
    private static void Append(StringBuilder[] lines, params ReadOnlySpan<string> texts)
    {
        var width = 0;
        foreach (var text in texts)
            width = Math.Max(width, text.Length);
        for (var i = 0; i < lines.Length; i++)
            lines[i].Append(texts[i].PadRight(width));
    }

    private static string Silence(long frames, TimeSpan frame) =>
        frames <= MostDashes ? new string('-', (int)frames) : $"~{Time(frames, frame).Replace(" ", "", StringComparison.Ordinal)}~";

    private static string Time(long frames, TimeSpan frame)
    {
        var time = frames * frame;
        return time.Ticks % TimeSpan.TicksPerSecond == 0 && time > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds} ms");
    }
}
