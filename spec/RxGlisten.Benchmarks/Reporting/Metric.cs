using System.Globalization;
using RxGlisten.Benchmarks.Load;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>A figure that is read off a result.</summary>
internal sealed record Metric(string Name, bool MoreIsBetter, int Decimals, Func<LoadResult, double> Of)
{
    public static Metric MessagesPerSecond { get; } = new("messages/s", true, 0, result => result.Messages / result.Seconds);
    public static Metric ConnectionsPerSecond { get; } = new("connections/s", true, 0, result => result.Messages / result.Seconds);
    public static Metric MegabytesPerSecond { get; } = new("MB/s", true, 0, result => result.Bytes / 1e6 / result.Seconds);
    public static Metric P50 { get; } = new("p50 µs", false, 0, result => result.P50Microseconds);
    public static Metric P99 { get; } = new("p99 µs", false, 0, result => result.P99Microseconds);

    public static Metric CpuPerMillionMessages { get; } =
        new("CPU s per million messages", false, 3, result => result.ServerCpuSeconds / result.Messages * 1e6);

    public static Metric CpuPerThousandConnections { get; } =
        new("CPU s per 1,000 connections", false, 4, result => result.ServerCpuSeconds / result.Messages * 1e3);

    public static Metric CpuPerGigabyte { get; } = new("CPU s per GB", false, 3, result => result.ServerCpuSeconds / result.Bytes * 1e9);

    public static Metric IdleMemory { get; } = new(
        "KiB per idle connection", false, 2, result => (double)(result.ResidentIdle - result.ResidentBefore) / result.Connections);

    public static Metric UsedMemory { get; } = new(
        "KiB after one message", false, 2, result => (double)(result.ResidentAfter - result.ResidentBefore) / result.Connections);

    public static Metric LoadCpu { get; } = new("load generator's CPU %", false, 0, result => result.LoadCpuSeconds / result.Seconds * 100);

    public string Format => $"N{Decimals}";

    public string Text(double value) => value.ToString(Format, CultureInfo.InvariantCulture);
}
