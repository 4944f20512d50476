using System.Globalization;
using BenchmarkDotNet.Reports;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>What the benchmarks of a class found, as a table.</summary>
internal static class InsideTables
{
    // The bar: so many bytes a message beside the bytes themselves, and none where buffers are used again.
    private const double MostBesideTheBytes = 64;

    // The bar: the library's lines cost no more than those of pipelines.
    private const double MostOfPipelines = 1;

    /// <summary>Time and allocation, a row a benchmark.</summary>
    public static MarkdownTable Plain(string title, IReadOnlyList<BenchmarkReport> reports)
    {
        MarkdownTable table = new(title, "ns (least..most)", "bytes allocated");
        foreach (BenchmarkReport report in reports) table.Add(Name(report), Time(report), Number(Allocated(report), "0"));
        return table;
    }

    /// <summary>The same, with what is allocated beside the bytes of the message.</summary>
    /// <param name="title">What the table shows.</param>
    /// <param name="reports">The benchmarks.</param>
    /// <param name="allocation">Measures what one of them allocates.</param>
    public static MarkdownTable Echo(string title, IReadOnlyList<BenchmarkReport> reports, Func<BenchmarkReport, double> allocation)
    {
        MarkdownTable table = new(title, "ns (least..most)", "bytes allocated", "beside the message", "bar", "verdict");
        foreach (BenchmarkReport report in reports)
        {
            bool keepsNothing = Parameter(report, nameof(DeliveryBenchmarks.Pipeline)) == EchoPipelines.None;
            double allocated = allocation(report);
            double beside = keepsNothing ? allocated : allocated - double.Parse(Parameter(report, nameof(DeliveryBenchmarks.Bytes)), CultureInfo.InvariantCulture);
            double most = keepsNothing ? 0 : MostBesideTheBytes;
            table.Add(Name(report), Time(report), Number(allocated, "0.##"), Number(beside, "0.##"), $"≤ {Number(most, "0")}", Verdict(beside <= most));
        }
        return table;
    }

    /// <summary>Lines, an input a table, with the ratio to pipelines and, for the library's, whether it is met.</summary>
    public static string Lines(IReadOnlyList<BenchmarkReport> reports) => string.Join('\n', LineBenchmarks.AllInputs.Select(input => Lines(input, reports)));

    private static MarkdownTable Lines(LineInput input, IReadOnlyList<BenchmarkReport> reports)
    {
        Dictionary<string, BenchmarkReport> own = reports
            .Where(report => Parameter(report, nameof(LineBenchmarks.Input)) == input.Name)
            .ToDictionary(report => Parameter(report, nameof(LineBenchmarks.Reader)));
        MarkdownTable table = new(input.Name, "ns a line", "/ pipelines", "bar", "verdict", "bytes allocated a line");
        foreach (ILineReader reader in LineBenchmarks.AllReaders)
        {
            BenchmarkReport rival = own[reader.Rival];
            BenchmarkReport report = own[reader.Name];
            double ratio = Median(report) / Median(rival);
            (string bar, string verdict) = reader is RxLines ? ($"≤ {Number(MostOfPipelines, "0.00")}", Verdict(ratio <= MostOfPipelines)) : ("", "");
            table.Add(
                reader.Name, Number(Median(report) / input.Lines, "0.0"), report == rival ? "" : Number(ratio, "0.00"), bar, verdict,
                Number(Allocated(report) / input.Lines, "0.0"));
        }
        return table;
    }

    private static string Verdict(bool isMet) => isMet ? "met" : "**missed**";

    private static string Name(BenchmarkReport report) => string.Join(", ",
        report.BenchmarkCase.Parameters.Items.Select(item => $"{item.Name} {item.Value}").Prepend(report.BenchmarkCase.Descriptor.WorkloadMethod.Name));

    private static string Parameter(BenchmarkReport report, string name) => $"{report.BenchmarkCase.Parameters[name]}";

    private static double Median(BenchmarkReport report) => report.ResultStatistics!.Median; // the run has looked that it is there

    private static string Time(BenchmarkReport report) =>
        new Spread(Median(report), report.ResultStatistics!.Min, report.ResultStatistics.Max).Text("N0"); // as above

    private static double Allocated(BenchmarkReport report) => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0;

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
