using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Cells;

/// <summary>One speaks and all hear it.</summary>
internal sealed class BroadcastCell(int connections, int bytes, int stalled = 0) : Cell
{
    public override string Name => $"broadcast-{connections}{(stalled > 0 ? $"-stalled-{stalled}" : "")}";

    public override string Description =>
        $"one of {connections} connections sends {bytes} bytes to all, again when all have them{(stalled > 0 ? $"; {stalled} never read, are cut for it by the server, each at least once, and come back" : "")}; "
        + $"a message is one delivery, its latency the time from the sending; who has more than {RxGlistenRoom.LimitBytes} bytes waiting is cut, and the kernel's buffers are small";

    public override IReadOnlyList<Metric> Metrics { get; } =
        [Metric.MessagesPerSecond, Metric.P50, Metric.P99, Metric.CpuPerMillionMessages, Metric.LoadCpu];

    public override CellGroup Group => CellGroup.Rooms;
    public override Metric Cost => Metric.CpuPerMillionMessages;
    public override bool Room => true;
    public override int Connections => connections;

    public override LoadOptions Load(string target, int serverId, CellTiming timing) => new()
    {
        Mode = LoadMode.Broadcast,
        Target = target,
        ServerId = serverId,
        Connections = connections,
        MessageBytes = bytes,
        Stalled = stalled,
        WarmUp = timing.WarmUp,
        Duration = timing.Window,
    };
}
