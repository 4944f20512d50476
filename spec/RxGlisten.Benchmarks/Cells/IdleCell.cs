using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Cells;

internal sealed class IdleCell(int connections) : Cell
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    public override string Name => $"idle-{connections}";
    public override string Description => $"{connections} connections that send nothing, then one message of 32 bytes on each";

    public override IReadOnlyList<Metric> Metrics { get; } = [Metric.IdleMemory, Metric.UsedMemory, Metric.P99];

    public override CellGroup Group => CellGroup.Connections;
    public override Metric Cost => Metric.IdleMemory;
    public override int Connections => connections;

    public override TimeSpan Estimate(CellTiming timing) => Settle + Silence + CellTiming.Overhead + CellTiming.Overhead; // connecting so many takes a while

    public override LoadOptions Load(string target, int serverId, CellTiming timing) => new()
    {
        Mode = LoadMode.Idle,
        Target = target,
        ServerId = serverId,
        Connections = connections,
        WarmUp = Settle,
        Duration = Silence,
    };
}
