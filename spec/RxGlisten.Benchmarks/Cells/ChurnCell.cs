using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Cells;

internal sealed class ChurnCell : Cell
{
    private const int AtOnce = 64;

    public override string Name => "churn";
    public override string Description => $"connect, one message of 32 bytes, close; {AtOnce} at once";

    public override IReadOnlyList<Metric> Metrics { get; } =
        [Metric.ConnectionsPerSecond, Metric.P50, Metric.P99, Metric.CpuPerThousandConnections, Metric.LoadCpu];

    public override CellGroup Group => CellGroup.Connections;
    public override Metric Cost => Metric.CpuPerThousandConnections;
    public override int Connections => AtOnce;

    public override LoadOptions Load(string target, int serverId, CellTiming timing) => new()
    {
        Mode = LoadMode.Churn,
        Target = target,
        ServerId = serverId,
        Connections = AtOnce,
        WarmUp = timing.WarmUp,
        Duration = timing.Window,
    };
}
