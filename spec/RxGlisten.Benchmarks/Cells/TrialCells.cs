using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Cells;

/// <summary>Small cells, one of each kind: they show that everything works, in seconds.</summary>
internal static class TrialCells
{
    private static readonly IReadOnlyList<string> s_subject = [ServerCatalog.Subject];

    public static IReadOnlyList<Cell> All { get; } =
    [
        new PingPongCell(connections: 4, bytes: 32, pipeline: 2)
        {
            Servers = [ServerCatalog.Subject, ServerCatalog.Portable, ServerCatalog.Kestrel, ServerCatalog.Saea, ServerCatalog.SocketLoop, ServerCatalog.Naive, ServerCatalog.Epoll],
        },
        new PingPongCell(connections: 4, bytes: 32, pipeline: 2, unix: true) { Servers = s_subject },
        new StreamCell(connections: 2) { Servers = s_subject },
        new ChurnCell { Servers = s_subject },
        new IdleCell(connections: 50) { Servers = s_subject },
        new TlsCell(new PingPongCell(connections: 4, bytes: 32, pipeline: 1) { Servers = s_subject }) { Servers = [ServerCatalog.Subject, ServerCatalog.Kestrel] },
        new BroadcastCell(20, 128, stalled: 2) { Servers = [ServerCatalog.Subject, ServerCatalog.Kestrel] },
        new BlockingCell(connections: 40, blocked: 20) { Servers = s_subject },
    ];
}
