namespace RxGlisten.Benchmarks.Cells;

/// <summary>The cells that can be measured. A new one is a class, or another size, and a line here.</summary>
internal static class CellCatalog
{
    public static Cell Chat { get; } = new PingPongCell(connections: 64, bytes: 32, pipeline: 1);
    public static Cell Pipelined { get; } = new PingPongCell(connections: 256, bytes: 32, pipeline: 16);
    public static Cell Stream { get; } = new StreamCell(connections: 4);
    public static Cell Churn { get; } = new ChurnCell();
    public static Cell Idle { get; } = new IdleCell(connections: 10_000);

    public static Cell TlsChat { get; } = new TlsCell(Chat);
    public static Cell TlsStream { get; } = new TlsCell(Stream);
    public static Cell TlsChurn { get; } = new TlsCell(Churn, connections: 16);

    public static IReadOnlyList<Cell> Default { get; } =
    [
        Chat,
        Pipelined,
        new PingPongCell(connections: 64, bytes: 4096, pipeline: 1),
        new PingPongCell(connections: 1, bytes: 32, pipeline: 1),
        new PingPongCell(connections: 1000, bytes: 128, pipeline: 1),
        Stream,
        new StreamCell(connections: 32),
        Churn,
        Idle,
        TlsChat,
        TlsStream,
        TlsChurn,
        new BroadcastCell(1000, 128),
        new BroadcastCell(5000, 1024),
        new BroadcastCell(5000, 1024, stalled: 50),
    ];

    public static IReadOnlyList<Cell> Quick { get; } = [Chat, Pipelined, Stream, Churn];

    /// <summary>What <c>--unix</c> adds.</summary>
    public static IReadOnlyList<Cell> UnixVariants { get; } =
    [
        new PingPongCell(connections: 64, bytes: 32, pipeline: 1, unix: true),
        new PingPongCell(connections: 256, bytes: 32, pipeline: 16, unix: true),
        new PingPongCell(connections: 64, bytes: 4096, pipeline: 1, unix: true),
    ];

    public static IReadOnlyList<Cell> All { get; } = [.. Default, .. UnixVariants];
}
