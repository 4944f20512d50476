namespace RxGlisten.Spec.Harness;

/// <summary>The kinds of endpoint, and of transport to them, by name, for test cases. Where it says nothing else a transport is the automatic one: on Linux an event loop.</summary>
internal static class Reaches
{
    public static readonly string[] Names = ["tcp v4", "tcp v6", "unix", "abstract unix", "tcp v4 over sockets", "unix over sockets", "memory"];

    /// <summary>The same, and encrypted ones.</summary>
    public static readonly string[] WithTls = [.. Names, "tls over tcp v4", "tls over memory"];

    /// <summary>Those of a stream of the system's, each kind over each transport.</summary>
    public static readonly string[] Streams = ["tcp v4", "unix", "tcp v4 over sockets", "unix over sockets"];

    public static Reach Of(string name) => name switch
    {
        "tcp v4" => Reach.TcpV4(),
        "tcp v6" => Reach.TcpV6(),
        "unix" => Reach.Unix(),
        "abstract unix" => Reach.AbstractUnix(),
        "tcp v4 over sockets" => Reach.TcpV4(TransportKind.Sockets),
        "unix over sockets" => Reach.Unix(TransportKind.Sockets),
        "memory" => Reach.Memory(),
        "tls over tcp v4" => Reach.Encrypted(Reach.TcpV4()),
        "tls over memory" => Reach.Encrypted(Reach.Memory()),
        _ => throw new ArgumentException($"No kind of endpoint is called {name}.", nameof(name)),
    };
}
