namespace RxGlisten.Demos.Proxy;

/// <summary>Chooses among backends.</summary>
internal sealed class Balancer(IReadOnlyList<Backend> backends, BalancePolicy policy)
{
    private uint _turn = uint.MaxValue;

    /// <summary>The backends that one connection tries, one after the other until it reaches one. Those that don't answer are left out.</summary>
    public IReadOnlyList<Backend> Candidates()
    {
        var first = (int)(Interlocked.Increment(ref _turn) % (uint)backends.Count);
        var inTurn = backends.Skip(first).Concat(backends.Take(first)).Where(backend => backend.Answers);
        return policy == BalancePolicy.LeastConnections ? [.. inTurn.OrderBy(backend => backend.Connections)] : [.. inTurn]; // the order of equals is kept
    }
}
