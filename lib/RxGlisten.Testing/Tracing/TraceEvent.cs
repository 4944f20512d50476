using System.Globalization;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>Something that happened on a network.</summary>
/// <param name="Time">When, since the network was made.</param>
/// <param name="Connection">The connection's number, from 1; 0 where it belongs to none.</param>
/// <param name="Direction">Which way it went.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Data">The bytes; not to be changed.</param>
/// <param name="Note">What there is to say; null where the rest says it all.</param>
public readonly record struct TraceEvent(
    TimeSpan Time, int Connection, TraceDirection Direction, TraceKind Kind, ReadOnlyMemory<byte> Data = default, string? Note = null)
{
    private const int MostShown = 48;

    /// <summary>A line of text: seconds, connection, direction, what, bytes.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{Time.Ticks / 10_000_000}.{Time.Ticks % 10_000_000:0000000} ");
        line.Append(Connection == 0 ? "   -" : $"{"#" + Connection.ToString(CultureInfo.InvariantCulture),4}");
        line.Append(Direction switch { TraceDirection.ToServer => " -> ", TraceDirection.ToClient => " <- ", _ => "    " });
        line.Append(Kind);
        if (!Data.IsEmpty)
            line.Append(CultureInfo.InvariantCulture, $" {Data.Length} {Show(Data.Span)}");
        if (Note is not null)
            line.Append(' ').Append(Note);
        return line.ToString();
    }

    private static string Show(ReadOnlySpan<byte> data)
    {
        var shown = data[..Math.Min(data.Length, MostShown)];
        var rest = data.Length > MostShown ? "..." : "";
        return shown.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? Convert.ToHexString(shown) + rest
            : $"\"{Encoding.ASCII.GetString(shown)}\"{rest}";
    }
}
