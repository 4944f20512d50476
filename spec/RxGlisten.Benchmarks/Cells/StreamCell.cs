using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Cells;

internal sealed class StreamCell(int connections) : Cell
{
    private const int WriteBytes = 64 * 1024;
    private const int WindowBytes = 1024 * 1024;

    public override string Name => $"stream-{connections}";
    public override string Description => $"{connections} connections, writes of 64 KiB, at most 1 MiB on the way per connection";

    public override IReadOnlyList<Metric> Metrics { get; } = [Metric.MegabytesPerSecond, Metric.CpuPerGigabyte, Metric.LoadCpu];

    public override CellGroup Group => CellGroup.Streams;
    public override Metric Cost => Metric.CpuPerGigabyte;
    public override int Connections => connections;

    public override LoadOptions Load(string target, int serverId, CellTiming timing) => new()
    {
        Mode = LoadMode.Stream,
        Target = target,
        ServerId = serverId,
        Connections = connections,
        MessageBytes = WriteBytes,
        WindowBytes = WindowBytes,
        WarmUp = timing.WarmUp,
        Duration = timing.Window,
    };
}
