using System.Diagnostics;

namespace RxGlisten.Benchmarks.Load;

/// <summary>Monotonic nanoseconds: a tick of the stopwatch on Linux.</summary>
internal static class Clock
{
    public static long Now => Stopwatch.GetTimestamp();

    public static double Seconds(long from, long to) => (to - from) / 1e9;
}
