using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Cells;

/// <summary>One kind of load that every server gets: its name, its load, and what is read off the result.</summary>
internal abstract class Cell
{
    /// <summary>What it is called on the command line and in the tables.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the report.</summary>
    public abstract string Description { get; }

    /// <summary>What it belongs to: a section of the report, with a chart.</summary>
    public abstract CellGroup Group { get; }

    /// <summary>The servers of a run that names none: those that a bar needs, or whose figures tell something here.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>The columns of its table.</summary>
    public abstract IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The column that the chart shows, relative to Kestrel.</summary>
    public abstract Metric Cost { get; }

    /// <summary>Whether the server listens on a unix socket instead of TCP.</summary>
    public virtual bool Unix => false;

    /// <summary>Whether it speaks TLS.</summary>
    public virtual bool Tls => false;

    /// <summary>Whether what one connection sends goes to all.</summary>
    public virtual bool Room => false;

    /// <summary>Whether the server blocks for a second at every message of the first connections.</summary>
    public virtual bool Blocking => false;

    /// <summary>Descriptors that each of the two processes needs.</summary>
    public abstract int Connections { get; }

    /// <summary>About how long one measurement takes, with starting and ending.</summary>
    public virtual TimeSpan Estimate(CellTiming timing) => timing.WarmUp + timing.Window + CellTiming.Overhead;

    public abstract LoadOptions Load(string target, int serverId, CellTiming timing);
}
