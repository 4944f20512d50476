using System.Globalization;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Http;

/// <summary>What one run of wrk found.</summary>
/// <param name="RequestsPerSecond">As wrk says.</param>
/// <param name="MicrosecondsPerRequest">CPU time of the server.</param>
internal readonly record struct WrkResult(double RequestsPerSecond, double MicrosecondsPerRequest)
{
    /// <summary>Reads wrk's report.</summary>
    /// <param name="report">What it wrote.</param>
    /// <param name="cpuSeconds">What the server used meanwhile.</param>
    public static WrkResult Parse(string report, double cpuSeconds)
    {
        string[] lines = report.Split('\n', StringSplitOptions.TrimEntries);
        if (lines.FirstOrDefault(line => line.StartsWith("Socket errors", StringComparison.Ordinal) || line.StartsWith("Non-2xx", StringComparison.Ordinal)) is { } error)
            throw new MeasurementException(error);
        double rate = Number(lines.FirstOrDefault(line => line.StartsWith("Requests/sec:", StringComparison.Ordinal))?["Requests/sec:".Length..], report);
        double count = Number(lines.FirstOrDefault(line => line.Contains(" requests in ", StringComparison.Ordinal))?.Split(' ')[0], report);
        return new WrkResult(rate, cpuSeconds * 1e6 / count);
    }

    private static double Number(string? text, string report) => double.TryParse(text, CultureInfo.InvariantCulture, out double number) && number > 0
        ? number
        : throw new MeasurementException($"wrk reported no requests: {report}");
}
