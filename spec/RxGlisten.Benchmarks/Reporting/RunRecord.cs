namespace RxGlisten.Benchmarks.Reporting;

/// <summary>When, by what and where something was measured.</summary>
internal sealed record RunRecord
{
    /// <summary>When it began, UTC.</summary>
    public required string Date { get; init; }

    public required string CommandLine { get; init; }

    /// <summary>What was measured, as git describes it; "unknown" outside a repository.</summary>
    public required string Commit { get; init; }

    /// <summary>How long and how often.</summary>
    public required string Method { get; init; }

    /// <summary>System, processor, memory, runtime.</summary>
    public required string Environment { get; init; }

    public static RunRecord Now(string commandLine, string method) => new()
    {
        Date = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture),
        CommandLine = commandLine,
        Commit = Machine.Commit,
        Method = method,
        Environment = $"{Machine.OperatingSystem}; {Machine.Processor}; {Machine.Memory}; {Machine.Runtime}; runtime variables: {Machine.RuntimeVariables}",
    };
}
