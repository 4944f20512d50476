namespace RxGlisten.Demos.Proxy;

/// <summary>Which backend a connection goes to.</summary>
internal enum BalancePolicy
{
    /// <summary>Each in its turn.</summary>
    RoundRobin,

    /// <summary>The one with the fewest connections; among equals each in its turn.</summary>
    LeastConnections,
}
