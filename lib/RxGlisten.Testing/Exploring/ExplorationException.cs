using System.Globalization;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>A run failed. The message has everything: the seed, the shortest list of faults that still fails, what failed, and the trace.</summary>
public sealed class ExplorationException : Exception
{
    internal ExplorationException(int seed, int tried, IReadOnlyList<Fault> drawn, IReadOnlyList<Fault> faults, IReadOnlyList<string> failures, Trace trace, Exception? inner)
        : base(Describe(seed, tried, drawn, faults, failures, trace), inner)
    {
        (Seed, SeedsTried, Faults, Failures, Trace) = (seed, tried, faults, failures, trace);
    }

    /// <summary>The seed of the run.</summary>
    public int Seed { get; }

    /// <summary>How many seeds it took to find it.</summary>
    public int SeedsTried { get; }

    /// <summary>The faults that are left: without any one of them, the run does not fail. <see cref="Exploration.Replay"/> runs them again.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>What was wrong.</summary>
    public IReadOnlyList<string> Failures { get; }

    /// <summary>The trace of the run with <see cref="Faults"/>.</summary>
    public Trace Trace { get; }

    private static string Describe(int seed, int tried, IReadOnlyList<Fault> drawn, IReadOnlyList<Fault> faults, IReadOnlyList<string> failures, Trace trace)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Seed {seed} fails (seed number {tried} of this exploration).\n");
        foreach (var failure in failures)
            text.Append("  ").Append(failure).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"It still fails with {faults.Count} of its {drawn.Count} faults:\n");
        foreach (var fault in faults)
            text.Append("  ").Append(fault).Append('\n');
        text.Append("Trace:\n").Append(trace);
        return text.ToString();
    }
}
