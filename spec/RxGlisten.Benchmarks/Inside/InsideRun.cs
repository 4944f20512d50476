using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>
/// BenchmarkDotNet, in this process: nothing is built or restored for it, and what it takes is bounded by counts and times.
/// </summary>
internal sealed class InsideRun(bool isTrial)
{
    private const int WarmUps = 5;
    private const int Iterations = 9;
    private const double IterationMilliseconds = 100;

    public const string Method = "BenchmarkDotNet, in one process, 9 iterations of 100 ms";

    private static readonly Job s_full = Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(WarmUps).WithIterationCount(Iterations)
        .WithIterationTime(TimeInterval.FromMilliseconds(IterationMilliseconds));

    /// <summary>One call of everything.</summary>
    private static readonly Job s_trial = Job.Dry.WithToolchain(InProcessEmitToolchain.Instance);

    /// <summary>Runs a class of benchmarks. Throws <see cref="MeasurementException"/> when one failed.</summary>
    public IReadOnlyList<BenchmarkReport> Of<T>()
    {
        Console.WriteLine($"{typeof(T).Name} ...");
        AccumulationLogger log = new();
        string artifacts = Directory.CreateTempSubdirectory("rxglisten-inside-").FullName;
        try
        {
            IConfig config = ManualConfig.CreateEmpty()
                .AddJob(isTrial ? s_trial : s_full).AddDiagnoser(MemoryDiagnoser.Default).AddLogger(log)
                .WithArtifactsPath(artifacts).WithOptions(ConfigOptions.DisableOptimizationsValidator);
            Summary summary = BenchmarkRunner.Run<T>(config);
            bool isComplete = summary.Reports.Length == summary.BenchmarksCases.Length && summary.Reports.All(report => report.Success && report.ResultStatistics is not null);
            return isComplete && summary.Reports.Length > 0 ? summary.Reports : throw new MeasurementException($"{typeof(T).Name} failed: {log.GetLog()}");
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }
}
