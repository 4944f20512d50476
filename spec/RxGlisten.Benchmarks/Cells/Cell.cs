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

    /// <summary>The columns of its table.</summary>
    public abstract IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The column that the chart shows, if it is a cost in CPU.</summary>
    public virtual Metric? Cost => null;

    /// <summary>Whether the server listens on a unix socket instead of TCP.</summary>
    public virtual bool Unix => false;

    /// <summary>Whether it speaks TLS.</summary>
    public virtual bool Tls => false;

    /// <summary>Whether what one connection sends goes to all.</summary>
    public virtual bool Room => false;

    /// <summary>Descriptors that each of the two processes needs.</summary>
    public abstract int Connections { get; }

    public abstract LoadOptions Load(string target, int serverId, CellTiming timing);
}
