using System.Text;

namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>What came of some bytes: frames, in Latin-1 where they are bytes, and how it ended.</summary>
internal sealed record Outcome(IReadOnlyList<string> Frames, string End)
{
    public const string Completed = "completed";
    public const string TooLarge = "too large";
    public const string Broken = "broken";

    public static string Truncated(int received) => $"truncated after {received}";

    public static string Of(Exception error) => error switch
    {
        TruncatedFrameException truncated => Truncated(truncated.Received),
        FrameTooLargeException => TooLarge,
        ProtocolException => Broken,
        _ => $"faulted: {error}",
    };

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public bool Equals(Outcome? other) => other is not null && End == other.End && Frames.SequenceEqual(other.Frames);

    public override int GetHashCode() => End.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"[{string.Join("|", Frames)}] {End}";
}
