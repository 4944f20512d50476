using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime;
using System.Runtime.InteropServices;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>What the figures depend on.</summary>
internal static class Machine
{
    private static readonly string[] s_runtimePrefixes =
        ["DOTNET_Tiered", "DOTNET_TC_", "DOTNET_gc", "DOTNET_GC", "DOTNET_ThreadPool", "DOTNET_SYSTEM_NET"];

    public static string OperatingSystem => $"{Find("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"')}, kernel {Environment.OSVersion.Version}";

    public static string Processor =>
        (Find("/proc/cpuinfo", "model name", ':') ?? $"{RuntimeInformation.ProcessArchitecture}")
        + $", {Environment.ProcessorCount} logical processors";

    public static string Memory => Find("/proc/meminfo", "MemTotal", ':') ?? "unknown";

    public static string Runtime => RuntimeInformation.FrameworkDescription
        + $", {(GCSettings.IsServerGC ? "server" : "workstation")} GC, tiered compilation and PGO at their defaults";

    /// <summary>The state of the repository; what the benchmark writes to its pages changes no program.</summary>
    public static string Commit => Git("describe", "--always") is { } commit
        ? $"commit {commit}{(Git("status", "--porcelain", "--", ":/lib", ":/spec", ":/*.props") is "" ? "" : ", changed")}"
        : "commit unknown";

    /// <summary>Settings from outside that change what is measured.</summary>
    public static string RuntimeVariables
    {
        get
        {
            IEnumerable<string> set = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Select(variable => (Name: (string)variable.Key, variable.Value))
                .Where(variable => s_runtimePrefixes.Any(prefix => variable.Name.StartsWith(prefix, StringComparison.Ordinal)))
                .Select(variable => $"{variable.Name}={variable.Value}");
            string all = string.Join(", ", set);
            return all.Length == 0 ? "none" : all;
        }
    }

    /// <summary>What it prints, or nothing where there is no repository, or no such program.</summary>
    private static string? Git(params string[] arguments)
    {
        try
        {
            ProcessStartInfo start = new("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
            using Process git = Process.Start(start)!; // a new process each time
            string text = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? text : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string? Find(string file, string key, char separator) => !File.Exists(file)
        ? null
        : File.ReadLines(file)
            .Where(line => line.StartsWith(key, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(separator) + 1)..].Trim())
            .FirstOrDefault();
}
