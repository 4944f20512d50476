using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Cells;

internal sealed class PingPongCell(int connections, int bytes, int pipeline, bool unix = false) : Cell
{
    public override string Name => $"{(unix ? "unix-" : "")}{connections}x{bytes}x{pipeline}";

    public override string Description =>
        $"{connections} connection(s), messages of {bytes} bytes, {pipeline} on the way per connection{(unix ? ", unix socket" : "")}";

    public override IReadOnlyList<Metric> Metrics { get; } =
        [Metric.MessagesPerSecond, Metric.P50, Metric.P99, Metric.CpuPerMillionMessages, Metric.LoadCpu];

    public override CellGroup Group => unix ? CellGroup.UnixSockets : CellGroup.Messages;
    public override Metric Cost => Metric.CpuPerMillionMessages;
    public override bool Unix => unix;
    public override int Connections => connections;

    public override LoadOptions Load(string target, int serverId, CellTiming timing) => new()
    {
        Mode = LoadMode.PingPong,
        Target = target,
        ServerId = serverId,
        Connections = connections,
        MessageBytes = bytes,
        Pipeline = pipeline,
        WarmUp = timing.WarmUp,
        Duration = timing.Window,
    };
}
