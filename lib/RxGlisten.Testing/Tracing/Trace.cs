using System.Collections;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>
/// Everything that happened on a network, in order: the same for the same seed, byte for byte. The first <see cref="Limit"/> events are kept, all are counted and
/// are part of <see cref="Digest"/>. Read it when nothing runs.
/// </summary>
public sealed class Trace : IReadOnlyList<TraceEvent>
{
    private const ulong Prime = 0x100000001B3;

    private readonly List<TraceEvent> _events = [];

    /// <summary>How many events are kept. Default 1,000,000; 0 keeps none.</summary>
    public int Limit { get; set; } = 1_000_000;

    /// <summary>How many events there were, kept or not.</summary>
    public long Total { get; private set; }

    /// <summary>A hash of all events, kept or not: two runs with the same one were the same, but for a chance of 2^-64.</summary>
    public ulong Digest { get; private set; } = 0xCBF29CE484222325;

    /// <summary>How many events are kept.</summary>
    public int Count => _events.Count;

    /// <summary>One of them.</summary>
    /// <param name="index">From 0.</param>
    public TraceEvent this[int index] => _events[index];

    /// <inheritdoc/>
    public IEnumerator<TraceEvent> GetEnumerator() => _events.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The kept events, one a line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var happened in _events)
            text.Append(happened.ToString()).Append('\n');
        if (Total > Count)
            text.Append("... and ").Append(Total - Count).Append(" more\n");
        return text.ToString();
    }

    /// <summary>Adds an event. Bytes that may change are copied, where the event is kept.</summary>
    internal void Add(TimeSpan time, int connection, TraceDirection direction, TraceKind kind, ReadOnlySpan<byte> data, ReadOnlyMemory<byte>? lasting, string? note)
    {
        Total++;
        if (_events.Count < Limit)
            _events.Add(new TraceEvent(time, connection, direction, kind, lasting ?? data.ToArray(), note));
        Fold((ulong)time.Ticks);
        Fold(((ulong)connection << 16) | ((ulong)direction << 8) | (ulong)kind);
        foreach (var value in data)
            Fold(value);
        foreach (var letter in note ?? "")
            Fold(letter);
    }

    // FNV-1a over numbers instead of bytes; for identity, not for security.
    private void Fold(ulong value) => Digest = (Digest ^ value) * Prime;
}
