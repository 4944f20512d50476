using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Cells;

/// <summary>The cells that can be measured. A new one is a class, or another size, and a line here.</summary>
internal static class CellCatalog
{
    private const string Subject = ServerCatalog.Subject;
    private const string Portable = ServerCatalog.Portable;
    private const string Kestrel = ServerCatalog.Kestrel;
    private const string Saea = ServerCatalog.Saea;
    private const string Epoll = ServerCatalog.Epoll;

    /// <summary>Both transports, Kestrel, and the limit.</summary>
    private static readonly IReadOnlyList<string> s_usual = [Subject, Portable, Kestrel, Epoll];

    private static readonly IReadOnlyList<string> s_withoutLimit = [Subject, Portable, Kestrel];

    /// <summary>Where all that can be compared is.</summary>
    public static Cell Chat { get; } = new PingPongCell(connections: 64, bytes: 32, pipeline: 1)
    {
        Servers = [.. s_usual, Saea, ServerCatalog.SocketLoop, ServerCatalog.Naive, ServerCatalog.ThreeOperators, ServerCatalog.TenOperators],
    };

    public static Cell Pipelined { get; } = new PingPongCell(connections: 256, bytes: 32, pipeline: 16) { Servers = [.. s_usual, Saea] };
    public static Cell Large { get; } = new PingPongCell(connections: 64, bytes: 4096, pipeline: 1) { Servers = s_usual };
    public static Cell Single { get; } = new PingPongCell(connections: 1, bytes: 32, pipeline: 1) { Servers = s_usual };
    public static Cell Many { get; } = new PingPongCell(connections: 1000, bytes: 128, pipeline: 1) { Servers = s_usual };
    public static Cell Stream { get; } = new StreamCell(connections: 4) { Servers = s_usual };
    public static Cell WideStream { get; } = new StreamCell(connections: 32) { Servers = s_usual };
    public static Cell Churn { get; } = new ChurnCell { Servers = s_usual };
    public static Cell Idle { get; } = new IdleCell(connections: 10_000) { Servers = s_withoutLimit };

    public static Cell TlsChat { get; } = new TlsCell(Chat) { Servers = s_withoutLimit };
    public static Cell TlsStream { get; } = new TlsCell(Stream) { Servers = s_withoutLimit };
    public static Cell TlsChurn { get; } = new TlsCell(Churn, connections: 16) { Servers = s_withoutLimit };

    public static Cell Room { get; } = new BroadcastCell(5000, 1024) { Servers = [Subject, Kestrel] };
    public static Cell StalledRoom { get; } = new BroadcastCell(5000, 1024, stalled: 50) { Servers = [Subject, Kestrel] };
    public static Cell Blocking { get; } = new BlockingCell(connections: 200, blocked: 20) { Servers = [Subject, Portable] }; // Kestrel, on the starved pool, answers nobody within a window

    /// <summary>One message at a time, or several, over TCP.</summary>
    public static IReadOnlyList<Cell> PingPong { get; } = [Chat, Pipelined, Large, Single, Many];

    public static IReadOnlyList<Cell> All { get; } =
    [
        .. PingPong,
        Stream,
        WideStream,
        Churn,
        Idle,
        new PingPongCell(connections: 64, bytes: 32, pipeline: 1, unix: true) { Servers = s_usual },
        new PingPongCell(connections: 256, bytes: 32, pipeline: 16, unix: true) { Servers = s_withoutLimit },
        TlsChat,
        TlsStream,
        TlsChurn,
        new BroadcastCell(1000, 128) { Servers = s_withoutLimit },
        Room,
        StalledRoom,
        Blocking,
    ];

    public static IReadOnlyList<Cell> Quick { get; } = [Chat, Pipelined, Stream, Churn];
}
