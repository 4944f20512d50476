namespace RxGlisten.Spec.Harness;

/// <summary>The kinds of endpoint by name, for test cases.</summary>
internal static class Reaches
{
    public static readonly string[] Names = ["tcp v4", "tcp v6", "unix", "abstract unix", "memory"];

    public static Reach Of(string name) => name switch
    {
        "tcp v4" => Reach.TcpV4(),
        "tcp v6" => Reach.TcpV6(),
        "unix" => Reach.Unix(),
        "abstract unix" => Reach.AbstractUnix(),
        "memory" => Reach.Memory(),
        _ => throw new ArgumentException($"No kind of endpoint is called {name}.", nameof(name)),
    };
}
