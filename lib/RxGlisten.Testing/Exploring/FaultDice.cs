using System.Net.Sockets;

namespace RxGlisten.Testing;

/// <summary>
/// Draws faults. Round numbers are preferred, so that things often happen at the same moment and at the edges of what is sent.
/// </summary>
internal sealed class FaultDice(ExplorationOptions options)
{
    // The weights: what cuts a connection is rarer than what disturbs it, for a cut hides what comes later.
    private static readonly FaultKind[] s_ofClients =
    [
        FaultKind.Latency, FaultKind.Jitter, FaultKind.Bandwidth, FaultKind.Window, FaultKind.Fragmentation, FaultKind.Fragmentation,
        FaultKind.Stall, FaultKind.Stall, FaultKind.Stall, FaultKind.Reset, FaultKind.Finish, FaultKind.Finish, FaultKind.Close,
        FaultKind.StopReading, FaultKind.StopReading, FaultKind.Refusal,
    ];

    private static readonly SocketError[] s_acceptErrors =
    [
        SocketError.ConnectionAborted, SocketError.ConnectionReset, SocketError.NetworkDown, SocketError.TooManyOpenSockets, SocketError.NoBufferSpaceAvailable,
    ];

    private readonly FaultKind[] _ofClients = [.. s_ofClients.Where(options.Kinds.Contains)];

    public IEnumerable<Fault> OfClient(DeterministicRandom random, string target)
    {
        if (_ofClients.Length == 0 || random.Chance(1, 5))
            yield break;
        var count = random.Next(options.MostFaultsOfAClient + 1);
        for (var i = 0; i < count; i++)
        {
            var kind = random.Pick(_ofClients);
            if (kind == FaultKind.Refusal && !random.Chance(1, 5))
                continue;
            yield return OfClient(random, kind) with { Target = target };
        }
    }

    public IEnumerable<Fault> OfAccepts(DeterministicRandom random, string target)
    {
        if (!options.Kinds.Contains(FaultKind.AcceptError) || !random.Chance(1, 4))
            yield break;
        for (var i = random.Next(2); i >= 0; i--)
            yield return new Fault { Kind = FaultKind.AcceptError, Target = target, Amount = random.Between(1, 3), Error = random.Pick(s_acceptErrors) };
    }

    public IEnumerable<Fault> OfHappening(DeterministicRandom random, string target)
    {
        if (options.Kinds.Contains(FaultKind.Happening) && random.Chance(1, 2))
            yield return new Fault { Kind = FaultKind.Happening, Target = target, At = Time(random) };
    }

    public IEnumerable<Fault> OfRelease(DeterministicRandom random, string target)
    {
        if (options.Kinds.Contains(FaultKind.LateRelease) && random.Chance(1, 4))
            yield return new Fault { Kind = FaultKind.LateRelease, Target = target, For = Duration(random) };
    }

    private Fault OfClient(DeterministicRandom random, FaultKind kind)
    {
        var fault = new Fault { Kind = kind };
        switch (kind)
        {
            case FaultKind.Latency or FaultKind.Jitter:
                return fault with { For = Short(random) };
            case FaultKind.Bandwidth:
                return fault with { Amount = 1_000L << random.Between(0, 10) };
            case FaultKind.Window:
                return fault with { Amount = 1L << random.Between(0, 12) };
            case FaultKind.Fragmentation:
                return fault with { Amount = 1L << random.Between(0, 10) };
            case FaultKind.Stall or FaultKind.Reset:
                fault = fault with { Direction = random.Chance(1, 2) ? TraceDirection.ToServer : TraceDirection.ToClient };
                if (kind == FaultKind.Stall)
                    fault = fault with { For = Duration(random) };
                return random.Chance(1, 2) ? fault with { At = Time(random) } : fault with { AtByte = Byte(random) };
            case FaultKind.Finish:
                return random.Chance(1, 2) ? fault with { At = Time(random) } : fault with { AtByte = Byte(random) };
            case FaultKind.StopReading:
                return fault with { At = Time(random), For = Duration(random) };
            case FaultKind.Close:
                return fault with { At = Time(random) };
            default:
                return fault;
        }
    }

    private TimeSpan Time(DeterministicRandom random) => random.Next(8) switch
    {
        0 => TimeSpan.Zero,
        < 4 => TimeSpan.FromMilliseconds(random.Next(12)),
        < 7 => options.Horizon * random.Next(41) / 40,
        _ => TimeSpan.FromMilliseconds(100 * random.Next(1_000)),
    };

    private static TimeSpan Short(DeterministicRandom random) => TimeSpan.FromMicroseconds(100 * random.Between(1, 200));

    /// <summary>0.1 ms to 90 s, every length of it as likely.</summary>
    private static TimeSpan Duration(DeterministicRandom random)
    {
        var unit = TimeSpan.FromMicroseconds(100);
        for (var i = random.Next(6); i > 0; i--)
            unit *= 10;
        return unit * random.Between(1, 9);
    }

    private long Byte(DeterministicRandom random) => random.Chance(1, 2)
        ? random.Next(32)
        : random.Next(1L << random.Between(4, Math.Max(4, (int)Math.Log2(options.LastByte))));
}
