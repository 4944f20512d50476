using RxGlisten.Benchmarks.Servers.Limit;

namespace RxGlisten.Benchmarks.Servers;

/// <summary>The servers that can be measured. A new one is a class and a line here.</summary>
internal static class ServerCatalog
{
    public const string Subject = "rxglisten";
    public const string Kestrel = "kestrel";
    public const string Saea = "saea";
    public const string Epoll = "epoll";
    public const string Portable = "rxglisten-sockets";
    public const string SocketLoop = "socket";
    public const string Naive = "naive";
    public const string ThreeOperators = "rxglisten-3ops";
    public const string TenOperators = "rxglisten-10ops";

    public static IReadOnlyList<IEchoServer> All { get; } =
    [
        RxGlistenEcho.Plain,
        RxGlistenEcho.OverSockets,
        new KestrelEcho(Kestrel, inlineScheduling: false),
        new SocketLoopEcho(),
        new SaeaEcho(Saea, zeroByteReceive: true),
        new NaiveRxEcho(),
        new EpollEcho(),
        RxGlistenEcho.Three,
        RxGlistenEcho.Ten,
        new KestrelEcho("kestrel-inline", inlineScheduling: true),
        new SaeaEcho("saea-buffered", zeroByteReceive: false),
    ];

    /// <summary>The ones of a quick run: what the bars compare.</summary>
    public static IReadOnlyList<string> Quick { get; } = [Subject, Portable, Kestrel, Epoll];

    /// <summary>Whether it is known and can run here.</summary>
    public static bool IsAvailable(string name) => Find(name) is { IsAvailable: true };

    public static IEchoServer? Find(string name) => All.FirstOrDefault(server => server.Name == name);
}
