using System.Globalization;
using RxGlisten.Benchmarks.Cells;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>
/// A target that the library has set itself: the median of the per-round ratios to a baseline, or of the figures themselves, against a limit.
/// </summary>
internal sealed record Bar(string Server, Cell Cell, Metric Metric, double Limit)
{
    /// <summary>The server that it is measured by in the same cell; null for none.</summary>
    public string? Baseline { get; init; }

    /// <summary>The cell that it is measured by with the same server; null for none.</summary>
    public Cell? BaselineCell { get; init; }

    public string Name => $"{Cell.Name}: {Metric.Name}{(Baseline is null ? "" : $" / {Baseline}")}{(BaselineCell is null ? "" : $" / {BaselineCell.Name}")}";

    public string Target => $"{(Metric.MoreIsBetter ? "≥" : "≤")} {Number(Limit)}";

    private bool IsRatio => Baseline is not null || BaselineCell is not null;

    /// <summary>Null where its server lacks the cell, or the baseline was not measured beside it.</summary>
    public Spread? Measured(Results results) => IsRatio
        ? results.Ratio(Cell, Server, BaselineCell ?? Cell, Baseline ?? Server, Metric)
        : results.Of(Cell, Server, Metric);

    public string Verdict(Spread? measured) => measured is not { } spread ? "not measured" : IsMet(spread) ? "met" : "**missed**";

    public string Text(Spread? measured) => measured?.Text(IsRatio ? "0.00" : Metric.Format) ?? "–";

    private bool IsMet(Spread measured) => Metric.MoreIsBetter ? measured.Median >= Limit : measured.Median <= Limit;

    private string Number(double value) => IsRatio ? value.ToString("0.00", CultureInfo.InvariantCulture) : Metric.Text(value);
}
