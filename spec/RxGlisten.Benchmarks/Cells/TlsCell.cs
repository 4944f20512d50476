using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Cells;

/// <summary>A plain cell's load over TLS.</summary>
internal sealed class TlsCell(Cell plain, int? connections = null) : Cell
{
    public override string Name => $"tls-{plain.Name}";
    public override string Description => $"{plain.Description}, over TLS 1.3{(connections is { } most ? $" with {most} at once, full handshakes" : "")}";
    public override IReadOnlyList<Metric> Metrics => plain.Metrics;
    public override CellGroup Group => CellGroup.Tls;
    public override Metric Cost => plain.Cost;
    public override bool Tls => true;
    public override int Connections => connections ?? plain.Connections;

    public override TimeSpan Estimate(CellTiming timing) => plain.Estimate(timing);

    public override LoadOptions Load(string target, int serverId, CellTiming timing) =>
        plain.Load(target, serverId, timing) with { Tls = true, Connections = Connections };
}
