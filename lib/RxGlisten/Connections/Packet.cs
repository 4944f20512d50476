using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>
/// Bytes from the peer, as one receive gave them. The bytes never change and stay valid for as long as the packet is kept.
/// Packets compare by value.
/// </summary>
public sealed class Packet : Message, IEquatable<Packet>
{
    private readonly IHoldSource? _source;

    /// <summary>Makes one by hand, in a spec, say; its <see cref="Hold"/> does nothing.</summary>
    /// <param name="data">The bytes; not copied, so they must not change.</param>
    public Packet(ReadOnlyMemory<byte> data) => Data = data;

    internal Packet(ReadOnlyMemory<byte> data, IHoldSource source)
    {
        Data = data;
        _source = source;
    }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>
    /// Keeps this packet's credit (<see cref="FlowControl"/>), so that reading stops when all are taken, until every hold on it is disposed
    /// or the connection closes. Only during its delivery. Disposing is idempotent and thread-safe.
    /// </summary>
    /// <exception cref="InvalidOperationException">The packet's delivery is over.</exception>
    public IDisposable Hold() => _source is null ? Disposable.Empty : _source.Hold(this);

    /// <inheritdoc/>
    public bool Equals(Packet? other) => other is not null && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Packet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Data.Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"Packet({Data.Length} bytes)";

    /// <summary>What a hold after the delivery is answered with.</summary>
    internal static InvalidOperationException TooLateToHold() =>
        new("The packet's delivery is over: Hold() is for use inside OnNext, before it returns.");
}
