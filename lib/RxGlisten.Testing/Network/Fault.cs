using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>Something that goes wrong, as plain data: a run can be repeated with some faults left out. Compares by value.</summary>
public sealed record Fault
{
    /// <summary>What goes wrong.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>Where, as the exploration names it: "client 1", "accept", the name of something that may happen.</summary>
    public string Target { get; init; } = "";

    /// <summary>The direction that a stall or a reset is about.</summary>
    public TraceDirection Direction { get; init; } = TraceDirection.ToServer;

    /// <summary>After how many bytes of its direction; null where a time is given.</summary>
    public long? AtByte { get; init; }

    /// <summary>When, since the client connected or the scenario said it; null where bytes are given.</summary>
    public TimeSpan? At { get; init; }

    /// <summary>How long.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How many bytes, or which one.</summary>
    public long Amount { get; init; }

    /// <summary>What an accept fails with.</summary>
    public SocketError Error { get; init; }

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Target.Length > 0)
            text.Append(Target).Append(": ");
        text.Append(Kind);
        if (Amount != 0)
            text.Append(CultureInfo.InvariantCulture, $" {Amount}");
        if (Error != SocketError.Success)
            text.Append(' ').Append(Error);
        if (Kind is FaultKind.Stall or FaultKind.Reset)
            text.Append(Direction == TraceDirection.ToClient ? " to the client" : " to the server");
        if (AtByte is { } bytes)
            text.Append(CultureInfo.InvariantCulture, $" after {bytes} bytes");
        if (At is { } time)
            text.Append(CultureInfo.InvariantCulture, $" at {time.TotalMilliseconds} ms");
        if (For != TimeSpan.Zero)
            text.Append(CultureInfo.InvariantCulture, $" for {For.TotalMilliseconds} ms");
        return text.ToString();
    }
}
