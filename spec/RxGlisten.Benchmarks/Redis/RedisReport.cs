using System.Globalization;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Redis;

/// <summary>What redis-benchmark --csv writes.</summary>
internal static class RedisReport
{
    /// <summary>Requests a second, test by test.</summary>
    public static Dictionary<string, double> Parse(string report)
    {
        Dictionary<string, double> results = [];
        foreach (string line in report.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            // A name may have a comma in it, but not a quote.
            string[] fields = line.Split("\",\"");
            if (fields.Length < 2 || !double.TryParse(fields[1].Trim('"'), CultureInfo.InvariantCulture, out double rate) || rate <= 0)
                throw new MeasurementException($"redis-benchmark said: {line}");
            results.Add(fields[0].Trim('"'), rate);
        }
        return results.Count > 0 ? results : throw new MeasurementException($"redis-benchmark reported nothing: {report}");
    }
}
