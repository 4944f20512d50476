namespace RxGlisten;

/// <summary>
/// How many packets of a connection may be on hold (<see cref="Packet.Hold"/>) before reading stops: glisten's active states.
/// Without holds all are alike: the next packet is read when the observer has returned.
/// </summary>
public readonly record struct FlowControl
{
    private readonly int _more; // packets beyond the first, so that default(FlowControl) is Once

    private FlowControl(int packets) => _more = packets - 1;

    /// <summary>One packet at a time. The default.</summary>
    public static FlowControl Once => default;

    /// <summary>Any number of packets; <see cref="ConnectionOptions.HeldBytesLimit"/> still bounds their bytes.</summary>
    public static FlowControl Active => new(int.MaxValue);

    /// <summary>How many packets may be on hold.</summary>
    internal int Packets => _more + 1;

    /// <summary>At most <paramref name="packets"/> packets.</summary>
    /// <param name="packets">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static FlowControl Count(int packets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(packets, 1);
        return new(packets);
    }

    /// <inheritdoc/>
    public override string ToString() => Packets switch { 1 => "Once", int.MaxValue => "Active", _ => $"Count({Packets})" };
}
