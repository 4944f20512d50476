namespace RxGlisten.Benchmarks.Cells;

/// <summary>Cells that belong together: a section of the report.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="File">The name of its chart's file, without the end.</param>
internal sealed record CellGroup(string Title, string File)
{
    public static CellGroup Messages { get; } = new("Messages", "benchmarks-messages");
    public static CellGroup Streams { get; } = new("Streams", "benchmarks-streams");
    public static CellGroup Connections { get; } = new("Connections", "benchmarks-connections");
    public static CellGroup UnixSockets { get; } = new("Unix sockets", "benchmarks-unix");
    public static CellGroup Tls { get; } = new("TLS", "benchmarks-tls");
    public static CellGroup Rooms { get; } = new("Rooms", "benchmarks-rooms");
    public static CellGroup Blocking { get; } = new("Handlers that block", "benchmarks-blocking");

    public static IReadOnlyList<CellGroup> All { get; } = [Messages, Streams, Connections, UnixSockets, Tls, Rooms, Blocking];
}
