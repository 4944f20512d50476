using System.Net;

namespace RxGlisten.Testing;

/// <summary>An address that is known by its text alone.</summary>
internal sealed class RecordedEndPoint(string text) : EndPoint
{
    public override bool Equals(object? obj) => obj is RecordedEndPoint other && other.ToString() == text;

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;

    /// <summary>An <see cref="IPEndPoint"/> where the text is that of one.</summary>
    public static EndPoint Parse(string text) => IPEndPoint.TryParse(text, out var endpoint) ? endpoint : new RecordedEndPoint(text);
}
