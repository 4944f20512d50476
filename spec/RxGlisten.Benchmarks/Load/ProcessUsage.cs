using System.Globalization;

namespace RxGlisten.Benchmarks.Load;

/// <summary>CPU time and resident memory of a process, from proc(5).</summary>
internal readonly record struct ProcessUsage(double CpuSeconds, long ResidentKiB)
{
    // sysconf(_SC_CLK_TCK): 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    public static ProcessUsage Read(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");
        // The name may hold spaces and parentheses; the fields start behind its last one, with the third.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double ticks = double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
        string resident = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        string kibibytes = resident["VmRSS:".Length..^"kB".Length].Trim();
        return new ProcessUsage(ticks / TicksPerSecond, long.Parse(kibibytes, CultureInfo.InvariantCulture));
    }
}
