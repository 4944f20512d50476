using System.Globalization;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>A target that the library has set itself: the median of the per-round ratios against a limit.</summary>
internal sealed record Bar(Cell Cell, Metric Metric, string Baseline, double Limit)
{
    /// <summary>Whom it binds.</summary>
    public string Server { get; init; } = ServerCatalog.Subject;

    public static IReadOnlyList<Bar> All { get; } =
    [
        new(CellCatalog.Chat, Metric.CpuPerMillionMessages, ServerCatalog.Saea, 1.10),
        new(CellCatalog.Pipelined, Metric.CpuPerMillionMessages, ServerCatalog.Saea, 1.10),
        new(CellCatalog.Chat, Metric.CpuPerMillionMessages, ServerCatalog.Kestrel, 0.95),
        new(CellCatalog.Pipelined, Metric.CpuPerMillionMessages, ServerCatalog.Kestrel, 0.90),
        new(CellCatalog.Stream, Metric.MegabytesPerSecond, ServerCatalog.Kestrel, 1.2),
        new(CellCatalog.Churn, Metric.ConnectionsPerSecond, ServerCatalog.Kestrel, 1.0),
        new(CellCatalog.Idle, Metric.IdleMemory, ServerCatalog.Kestrel, 1.0),
        new(CellCatalog.Chat, Metric.CpuPerMillionMessages, ServerCatalog.Subject, 1.10) { Server = ServerCatalog.TenOperators },
    ];

    public string Name => $"{Cell.Name}: {Metric.Name}, {Server} / {Baseline}";

    public string Target => $"{(Metric.MoreIsBetter ? "≥" : "≤")} {Limit.ToString("0.00", CultureInfo.InvariantCulture)}";

    public Spread? Measured(Results results) => results.Ratio(Cell, Server, Baseline, Metric);

    public bool Met(Spread measured) => Metric.MoreIsBetter ? measured.Median >= Limit : measured.Median <= Limit;
}
