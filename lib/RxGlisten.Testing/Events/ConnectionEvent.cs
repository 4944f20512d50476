using System.Text;

namespace RxGlisten.Testing;

/// <summary>
/// Something that happened on a connection, and when. What recordings are made of, what replays give, and what pictures are drawn from.
/// Compares by value, the bytes too.
/// </summary>
/// <param name="Time">Since the start of the recording or run.</param>
/// <param name="Connection">The connection's number.</param>
/// <param name="Kind">What happened.</param>
public sealed record ConnectionEvent(TimeSpan Time, long Connection, ConnectionEventKind Kind)
{
    private const int MostShown = 40;

    /// <summary>The bytes, of <see cref="ConnectionEventKind.Received"/> and <see cref="ConnectionEventKind.Sent"/>. They must not change.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>A word: the local address of <see cref="ConnectionEventKind.Opened"/>, the kind of <see cref="ConnectionEventKind.Closed"/>.</summary>
    public string Text { get; init; } = "";

    /// <summary>More of it: the remote address of <see cref="ConnectionEventKind.Opened"/>, a sentence of others.</summary>
    public string Detail { get; init; } = "";

    /// <summary>How the connection ended; null for other events, and for a kind that this version does not know.</summary>
    public CloseKind? CloseKind =>
        Kind == ConnectionEventKind.Closed && Enum.TryParse<CloseKind>(Text, out var kind) && Enum.IsDefined(kind) ? kind : null;

    /// <inheritdoc/>
    public bool Equals(ConnectionEvent? other) =>
        other is not null && Time == other.Time && Connection == other.Connection && Kind == other.Kind
        && Text == other.Text && Detail == other.Detail && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Time);
        hash.Add(Connection);
        hash.Add(Kind);
        hash.AddBytes(Data.Span);
        return hash.ToHashCode();
    }

    /// <summary>A line for a person.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(Time.ToString("c")).Append(" #").Append(Connection).Append(' ').Append(Kind);
        if (!Data.IsEmpty)
            text.Append(' ').Append(ByteText.Quote(Data.Span, MostShown)).Append(" (").Append(Data.Length).Append(" B)");
        if (Text.Length > 0)
            text.Append(' ').Append(Text);
        if (Detail.Length > 0)
            text.Append(' ').Append(Detail);
        return text.ToString();
    }
}
