namespace RxGlisten.Benchmarks.Reporting;

/// <summary>What a command beside the run of all cells found: tables, as they are shown.</summary>
internal sealed record TableRecord
{
    public required RunRecord Run { get; init; }

    public required string Title { get; init; }

    /// <summary>Markdown.</summary>
    public required string Text { get; init; }
}
