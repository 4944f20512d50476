namespace RxGlisten.Testing;

/// <summary>One thing that happens in one direction of a connection. Compares by value, the bytes too.</summary>
/// <param name="Time">Since the start of the script.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Data">The bytes of <see cref="MarbleEventKind.Bytes"/>; none of the others. They must not change.</param>
public sealed record MarbleEvent(TimeSpan Time, MarbleEventKind Kind, ReadOnlyMemory<byte> Data = default)
{
    /// <inheritdoc/>
    public bool Equals(MarbleEvent? other) =>
        other is not null && Time == other.Time && Kind == other.Kind && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Time);
        hash.Add(Kind);
        hash.AddBytes(Data.Span);
        return hash.ToHashCode();
    }

    /// <summary>As in a script, without its time.</summary>
    public override string ToString() => Kind switch
    {
        MarbleEventKind.Bytes => Data.Length == 1 && MarbleParser.IsByteLetter((char)Data.Span[0]) ? ((char)Data.Span[0]).ToString() : ByteText.Quote(Data.Span),
        MarbleEventKind.Finish => "F",
        MarbleEventKind.Reset => "X",
        MarbleEventKind.StopReading => "S",
        MarbleEventKind.ResumeReading => "G",
        _ => Kind.ToString(),
    };
}
