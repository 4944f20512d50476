using System.Globalization;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>The median of some rounds, and how far they lie apart.</summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    /// <summary>The median (least..most).</summary>
    public string Text(string format) => $"{Number(Median, format)} ({Number(Least, format)}..{Number(Most, format)})";

    /// <summary>Null when there is nothing to summarize.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return null;
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
