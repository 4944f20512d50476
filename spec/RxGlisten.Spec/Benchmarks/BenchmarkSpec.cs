using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace RxGlisten.Spec.Benchmarks;

/// <summary>The benchmark as a program: that it works, not what it finds.</summary>
[Platform("Linux", Reason = "Its load generator uses epoll.")]
public sealed class BenchmarkSpec
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    [Test]
    public async Task A_small_cell_of_every_kind_is_measured_without_a_fault()
    {
        var (code, output) = await RunAsync("--trial");
        Assert.That(code, Is.Zero, output);
        string[] kinds = ["4x32x2", "unix-4x32x2", "stream-2", "churn", "idle-50", "tls-4x32x1", "broadcast-20-stalled-2", "blocking-40-20"];
        foreach (var kind in kinds)
            Assert.That(output, Does.Contain($"round 1/1  {kind} "));
    }

    [Test]
    public async Task Every_part_inside_the_process_is_measured_once()
    {
        var (code, output) = await RunAsync("inside", "--trial");
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("over sockets").And.Contain("a delivery").And.Contain("addresses").And.Contain("ns a line"));
    }

    [TestCase("http", "rxglisten / kestrel", 2)]
    [TestCase("redis", "KeyValue / Redis", 1)]
    public async Task A_comparison_with_others_prints_the_ratio_and_no_error(string command, string ratio, int tables)
    {
        var (code, output) = await RunAsync(command, "--trial");
        Assert.That(code, Is.Zero, output);
        if (output.StartsWith("skipped: ", StringComparison.Ordinal))
            Assert.Ignore(output);
        Assert.That(output.Split(ratio), Has.Length.EqualTo(tables + 1), output);
    }

    [TestCase("http")]
    [TestCase("redis")]
    public async Task The_figures_of_a_trial_are_not_written(string command)
    {
        var (code, output) = await RunAsync(command, "--trial", "--write");
        Assert.That((code, output), Is.EqualTo((2, $"expected {command} [--rounds N] [--write | --trial]\n")));
    }

    [Test]
    public async Task An_option_that_there_is_not_is_refused_with_those_that_there_are()
    {
        var (code, output) = await RunAsync("--nonsense");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(output, Does.Contain("--only"));
    }

    [Test]
    public async Task The_page_in_the_docs_is_what_its_data_gives()
    {
        var docs = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "docs"));
        var again = Directory.CreateTempSubdirectory("rxglisten-page-").FullName;
        try
        {
            File.Copy(Path.Combine(docs, "benchmarks.json"), Path.Combine(again, "benchmarks.json"));
            var (code, output) = await RunAsync("page", again);
            Assert.That(code, Is.Zero, output);
            Assert.That(Pages(again), Is.EqualTo(Pages(docs)));
        }
        finally
        {
            Directory.Delete(again, recursive: true);
        }
    }

    private static SortedDictionary<string, string> Pages(string folder) =>
        new(Directory.EnumerateFiles(folder, "benchmarks*").ToDictionary(file => Path.GetFileName(file), File.ReadAllText), StringComparer.Ordinal);

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var path = typeof(BenchmarkSpec).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "BenchmarksPath").Value!; // the project sets it
        var start = new ProcessStartInfo("dotnet", [path, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!; // a new process each time
        using var limit = new CancellationTokenSource(s_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // this file's, which has one
}
