namespace RxGlisten.Testing;

/// <summary>How a link between a client and a server behaves. The default one is perfect: no time, no limits but the window.</summary>
public sealed record LinkSettings
{
    /// <summary>How long everything takes, each way, the handshake included. Default zero.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How much longer something may take, drawn for each piece; order is kept. Default zero.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Bytes that pass in a second, each way. Default null: no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Bytes that may be on their way or unread, each way: what a sender can be ahead of a reader. 1 or more; default 64 KiB.</summary>
    public int WindowBytes { get; init; } = 64 * 1024;

    /// <summary>The largest piece that a write falls into; sizes are drawn. 1 or more; default null: a write stays whole.</summary>
    public int? LargestPieceBytes { get; init; }

    /// <summary>How often, of 100 times, a piece that has arrived is read together with the one before it. Default 100.</summary>
    public int CoalescedPercent { get; init; } = 100;

    /// <summary>Whether the connection is refused although somebody listens. Default false.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether the client, when it has seen the server's FIN, sends its own after what it has to send. Default true.</summary>
    public bool AnswersFin { get; init; } = true;

    /// <summary>
    /// What goes wrong on the way: <see cref="FaultKind.Stall"/>, <see cref="FaultKind.Reset"/>, <see cref="FaultKind.Finish"/>,
    /// <see cref="FaultKind.Close"/>, <see cref="FaultKind.StopReading"/>; the other kinds of a link change the settings above. Default nothing.
    /// </summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The same link with one more fault.</summary>
    /// <param name="fault">Of a kind that is about links.</param>
    /// <exception cref="ArgumentException">It is not about links.</exception>
    public LinkSettings With(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Kind switch
        {
            FaultKind.Latency => this with { Latency = Latency + fault.For },
            FaultKind.Jitter => this with { Jitter = fault.For },
            FaultKind.Bandwidth => this with { BytesPerSecond = fault.Amount },
            FaultKind.Window => this with { WindowBytes = (int)fault.Amount },
            FaultKind.Fragmentation => this with { LargestPieceBytes = (int)fault.Amount, CoalescedPercent = 0 },
            FaultKind.Refusal => this with { IsRefused = true },
            FaultKind.Stall or FaultKind.Reset or FaultKind.Finish or FaultKind.Close or FaultKind.StopReading => this with { Faults = [.. Faults, fault] },
            _ => throw new ArgumentException($"{fault.Kind} is not about a link.", nameof(fault)),
        };
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Latency, TimeSpan.Zero, nameof(Latency));
        ArgumentOutOfRangeException.ThrowIfLessThan(Jitter, TimeSpan.Zero, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfLessThan(BytesPerSecond ?? 1, 1, nameof(BytesPerSecond));
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowBytes, 1, nameof(WindowBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(LargestPieceBytes ?? 1, 1, nameof(LargestPieceBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)CoalescedPercent, 100u, nameof(CoalescedPercent));
    }
}
