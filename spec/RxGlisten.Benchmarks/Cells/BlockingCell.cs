using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Cells;

/// <summary>Some connections whose messages block the server's callback for a second each, and what the others notice of it.</summary>
internal sealed class BlockingCell(int connections, int blocked) : Cell
{
    // A server may need some seconds to find out who blocks it.
    private static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(3);

    public override string Name => $"blocking-{connections}-{blocked}";

    public override string Description =>
        $"{connections} connections, messages of 32 bytes, one at a time; {blocked} of them block for a second in the server's callback at every message, and the figures are those of the others";

    public override IReadOnlyList<Metric> Metrics { get; } =
        [Metric.MessagesPerSecond, Metric.P50, Metric.P99, Metric.CpuPerMillionMessages, Metric.LoadCpu];

    public override CellGroup Group => CellGroup.Blocking;
    public override Metric Cost => Metric.P99;
    public override bool Blocking => true;
    public override int Connections => connections;

    public override TimeSpan Estimate(CellTiming timing) => WarmUp(timing) + timing.Window + CellTiming.Overhead;

    public override LoadOptions Load(string target, int serverId, CellTiming timing) => new()
    {
        Mode = LoadMode.PingPong,
        Target = target,
        ServerId = serverId,
        Connections = connections,
        Blocked = blocked,
        WarmUp = WarmUp(timing),
        Duration = timing.Window,
    };

    private static TimeSpan WarmUp(CellTiming timing) => timing == CellTiming.Trial || timing.WarmUp > LeastWarmUp ? timing.WarmUp : LeastWarmUp;
}
