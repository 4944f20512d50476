using System.Globalization;

namespace RxGlisten.Benchmarks.Load;

/// <summary>One measurement, as the run hands it to the load generator on its command line.</summary>
internal sealed record LoadOptions
{
    public required LoadMode Mode { get; init; }

    /// <summary>A port of 127.0.0.1, or the path of a unix socket.</summary>
    public required string Target { get; init; }

    /// <summary>The process whose CPU time and memory are reported.</summary>
    public required int ServerId { get; init; }

    public int Connections { get; init; } = 64;
    public int MessageBytes { get; init; } = 32;

    /// <summary>Messages on their way per connection.</summary>
    public int Pipeline { get; init; } = 1;

    /// <summary>Bytes on their way per connection when streaming.</summary>
    public int WindowBytes { get; init; } = 1024 * 1024;

    /// <summary>Churn ends after so many connections even when there is time left: ports are finite.</summary>
    public int MostConnections { get; init; } = 400_000;

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The measured window; with <see cref="LoadMode.Idle"/>, how long all connections stay silent.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Threads of the load generator.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>With <see cref="LoadMode.Broadcast"/>: how many connections never read.</summary>
    public int Stalled { get; init; }

    /// <summary>With <see cref="LoadMode.PingPong"/>: how many connections the server blocks for; they come from the first addresses, and don't count.</summary>
    public int Blocked { get; init; }

    /// <summary>Whether it speaks TLS.</summary>
    public bool Tls { get; init; }

    public IReadOnlyList<string> ToArguments() =>
    [
        Mode.ToString(), Target, Text(ServerId), Text(Connections), Text(MessageBytes), Text(Pipeline), Text(WindowBytes),
        Text(MostConnections), Text((int)WarmUp.TotalMilliseconds), Text((int)Duration.TotalMilliseconds), Text(Threads), Tls.ToString(), Text(Stalled), Text(Blocked),
    ];

    public static LoadOptions FromArguments(IReadOnlyList<string> arguments) => new()
    {
        Mode = Enum.Parse<LoadMode>(arguments[0], ignoreCase: true),
        Target = arguments[1],
        ServerId = Number(arguments[2]),
        Connections = Number(arguments[3]),
        MessageBytes = Number(arguments[4]),
        Pipeline = Number(arguments[5]),
        WindowBytes = Number(arguments[6]),
        MostConnections = Number(arguments[7]),
        WarmUp = TimeSpan.FromMilliseconds(Number(arguments[8])),
        Duration = TimeSpan.FromMilliseconds(Number(arguments[9])),
        Threads = Number(arguments[10]),
        Tls = bool.Parse(arguments[11]),
        Stalled = Number(arguments[12]),
        Blocked = Number(arguments[13]),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
