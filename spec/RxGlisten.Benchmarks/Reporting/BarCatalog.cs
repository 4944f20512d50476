using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>What the library has set itself.</summary>
internal static class BarCatalog
{
    private const double MostBlockedMicroseconds = 50_000;

    public static IReadOnlyList<Bar> All { get; } = [.. EventLoop(), .. Portable()];

    private static IEnumerable<Bar> EventLoop()
    {
        foreach (Cell cell in CellCatalog.PingPong)
        {
            yield return Subject(cell, Metric.CpuPerMillionMessages, ServerCatalog.Epoll, 1.2);
            yield return Subject(cell, Metric.CpuPerMillionMessages, ServerCatalog.Kestrel, cell == CellCatalog.Single ? 0.75 : 0.6);
            yield return Subject(cell, Metric.P99, ServerCatalog.Kestrel, 1.1);
        }
        foreach (Cell cell in new[] { CellCatalog.Stream, CellCatalog.WideStream })
        {
            yield return Subject(cell, Metric.MegabytesPerSecond, ServerCatalog.Kestrel, 1.5);
            yield return Subject(cell, Metric.CpuPerGigabyte, ServerCatalog.Epoll, 1.25);
        }
        yield return Subject(CellCatalog.Churn, Metric.ConnectionsPerSecond, ServerCatalog.Kestrel, 1.3);
        yield return Subject(CellCatalog.Churn, Metric.CpuPerThousandConnections, ServerCatalog.Kestrel, 0.6);
        yield return Subject(CellCatalog.Churn, Metric.P99, ServerCatalog.Kestrel, 1.1);
        yield return new Bar(ServerCatalog.Subject, CellCatalog.Idle, Metric.IdleMemory, 2.0);
        yield return new Bar(ServerCatalog.TenOperators, CellCatalog.Chat, Metric.CpuPerMillionMessages, 1.10) { Baseline = ServerCatalog.Subject };
        yield return Subject(CellCatalog.TlsChat, Metric.CpuPerMillionMessages, ServerCatalog.Kestrel, 0.75);
        yield return Subject(CellCatalog.TlsStream, Metric.MegabytesPerSecond, ServerCatalog.Kestrel, 1.3);
        yield return Subject(CellCatalog.TlsStream, Metric.CpuPerGigabyte, ServerCatalog.Kestrel, 1.0);
        yield return Subject(CellCatalog.TlsChurn, Metric.ConnectionsPerSecond, ServerCatalog.Kestrel, 1.0);
        yield return new Bar(ServerCatalog.Subject, CellCatalog.Blocking, Metric.P99, MostBlockedMicroseconds);
        yield return new Bar(ServerCatalog.Subject, CellCatalog.StalledRoom, Metric.P99, 2.0) { BaselineCell = CellCatalog.Room };
    }

    private static IEnumerable<Bar> Portable() =>
    [
        OverSockets(CellCatalog.Chat, Metric.CpuPerMillionMessages, ServerCatalog.Saea, 1.10),
        OverSockets(CellCatalog.Pipelined, Metric.CpuPerMillionMessages, ServerCatalog.Saea, 1.10),
        OverSockets(CellCatalog.Chat, Metric.CpuPerMillionMessages, ServerCatalog.Kestrel, 0.95),
        OverSockets(CellCatalog.Pipelined, Metric.CpuPerMillionMessages, ServerCatalog.Kestrel, 0.90),
        OverSockets(CellCatalog.Stream, Metric.MegabytesPerSecond, ServerCatalog.Kestrel, 1.2),
        OverSockets(CellCatalog.Churn, Metric.ConnectionsPerSecond, ServerCatalog.Kestrel, 1.0),
        OverSockets(CellCatalog.Idle, Metric.IdleMemory, ServerCatalog.Kestrel, 1.0),
        OverSockets(CellCatalog.TlsChat, Metric.CpuPerMillionMessages, ServerCatalog.Kestrel, 1.0),
        OverSockets(CellCatalog.TlsStream, Metric.CpuPerGigabyte, ServerCatalog.Kestrel, 1.0),
        OverSockets(CellCatalog.TlsChurn, Metric.ConnectionsPerSecond, ServerCatalog.Kestrel, 1.0),
    ];

    private static Bar Subject(Cell cell, Metric metric, string baseline, double limit) =>
        new(ServerCatalog.Subject, cell, metric, limit) { Baseline = baseline };

    private static Bar OverSockets(Cell cell, Metric metric, string baseline, double limit) =>
        new(ServerCatalog.Portable, cell, metric, limit) { Baseline = baseline };
}
