namespace RxGlisten.Testing;

/// <summary>
/// Draws what happened on connections as a marble diagram in SVG: for each connection a lane of what it received, the operators as boxes, and
/// a lane of what it was sent; | is a FIN, X a reset, and the reason stands at the end. Below them, what a query over all of them yields. Packets whose labels would
/// overlap are drawn as one.
/// </summary>
public sealed record MarblePicture
{
    private const double LabelWidth = 84;
    private const double EndWidth = 124;
    private const double BoxHeight = 28;
    private const double Margin = 16;

    /// <summary>What stands above it. Default nothing.</summary>
    public string Title { get; init; } = "";

    /// <summary>The operators between what arrives and what is sent, by name, in order. Default none.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];

    /// <summary>What stands before the lanes of what arrives, 10 characters or so. Default "received".</summary>
    public string ReceivedName { get; init; } = "received";

    /// <summary>What stands before the lanes of what is sent, 10 characters or so. Default "sent".</summary>
    public string SentName { get; init; } = "sent";

    /// <summary>What a query over all connections yields, in order of time: a lane below the others. Default nothing, and no lane.</summary>
    public IReadOnlyList<PictureElement> Elements { get; init; } = [];

    /// <summary>What stands before that lane, 10 characters or so. Default "elements".</summary>
    public string ElementsName { get; init; } = "elements";

    /// <summary>How wide it is, in pixels, 480 or more. Default 960.</summary>
    public int WidthPixels { get; init; } = 960;

    /// <summary>How many connections are drawn, the first ones; of the others it says how many there are. Default 20.</summary>
    public int MostConnections { get; init; } = 20;

    /// <summary>Draws a recording.</summary>
    /// <param name="recording">Of any length.</param>
    /// <returns>An SVG document.</returns>
    public string Render(Recording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        return Render(recording.Events, Later(recording.Summary.Duration));
    }

    /// <summary>Draws events: of a replay, or of a simulated run.</summary>
    /// <param name="events">In order of time.</param>
    /// <returns>An SVG document.</returns>
    public string Render(IReadOnlyCollection<ConnectionEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return Render(events, Later(events.Count > 0 ? events.Max(happened => happened.Time) : TimeSpan.Zero));
    }

    private TimeSpan Later(TimeSpan end) => Elements.Count > 0 && Elements[^1].Time > end ? Elements[^1].Time : end;

    private string Render(IEnumerable<ConnectionEvent> events, TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(WidthPixels, 480, nameof(WidthPixels));
        ArgumentOutOfRangeException.ThrowIfLessThan(MostConnections, 1, nameof(MostConnections));
        var axis = new TimeAxis(Margin + LabelWidth, WidthPixels - (2 * Margin) - LabelWidth - EndWidth, duration);
        var (connections, others) = Gather(events, axis);
        var lanes = new PictureSvg();
        var top = Margin + (Title.Length > 0 ? 28 : 4);
        var y = top;
        foreach (var connection in connections)
            y = DrawConnection(lanes, connection, axis, y);
        if (others > 0)
            lanes.Text(Margin, y += 12, $"… and {others} more connections", "faint");
        if (connections.Count == 0)
            lanes.Text(Margin, y += 12, "Nothing happened.", "faint");
        if (Elements.Count > 0)
            y = DrawElements(lanes, axis, y);
        return Frame(axis, lanes, top, y + 12);
    }

    private (List<PictureConnection> Drawn, int Others) Gather(IEnumerable<ConnectionEvent> events, TimeAxis axis)
    {
        var drawn = new Dictionary<long, PictureConnection>();
        var others = new HashSet<long>();
        var order = new List<PictureConnection>();
        foreach (var happened in events)
        {
            if (!drawn.TryGetValue(happened.Connection, out var connection))
            {
                if (drawn.Count == MostConnections)
                {
                    others.Add(happened.Connection);
                    continue;
                }

                drawn.Add(happened.Connection, connection = new PictureConnection(happened.Connection, axis));
                order.Add(connection);
            }

            connection.Add(happened);
        }

        return (order, others.Count);
    }

    private double DrawConnection(PictureSvg svg, PictureConnection connection, TimeAxis axis, double top)
    {
        var heading = PictureText.Clip($"#{connection.Number} {connection.Addresses}", (WidthPixels / 8) - 4);
        svg.Text(Margin, top + 12, heading, "heading");
        var inbound = top + 54;
        var y = inbound + 24;
        DrawLane(svg, connection, connection.Inbound, axis, inbound, ReceivedName, "in", labelsAbove: true);
        foreach (var name in Operators)
        {
            svg.Box(axis.Left, y, axis.Right - axis.Left, BoxHeight, PictureText.Clip(name, (int)((axis.Right - axis.Left) / 8)));
            y += BoxHeight + 6;
        }

        var outbound = y + 18;
        DrawLane(svg, connection, connection.Outbound, axis, outbound, SentName, "out", labelsAbove: false);
        svg.Text(axis.Right + 14, ((inbound + outbound) / 2) + 4, PictureText.Clip(connection.End, 15), "heading");
        return outbound + 44;
    }

    private static void DrawLane(
        PictureSvg svg, PictureConnection connection, PictureLane lane, TimeAxis axis, double y, string name, string cls, bool labelsAbove)
    {
        svg.Text(axis.Left - 14, y + 4, name, "faint", "end");
        if (connection.Closed is { } closed)
            svg.Line(axis.X(connection.Opened), y, Math.Max(axis.X(closed), axis.X(connection.Opened) + 2), y, "lane");
        else
            svg.Arrow(axis.X(connection.Opened), axis.Right + 10, y);
        DrawMarbles(svg, lane, axis, y, cls, labelsAbove);
        if (lane.Reset is { } reset)
            svg.Reset(axis.X(reset), y);
        else if (lane.Finished is { } finished)
            svg.Finish(axis.X(finished), y);
    }

    private double DrawElements(PictureSvg svg, TimeAxis axis, double top)
    {
        var lane = new PictureLane(axis);
        foreach (var element in Elements)
            lane.Add(element);
        var y = top + 14;
        svg.Text(axis.Left - 14, y + 4, ElementsName, "faint", "end");
        svg.Arrow(axis.Left, axis.Right + 10, y);
        DrawMarbles(svg, lane, axis, y, "element", labelsAbove: false);
        return y + 36;
    }

    private static void DrawMarbles(PictureSvg svg, PictureLane lane, TimeAxis axis, double y, string cls, bool labelsAbove)
    {
        foreach (var group in lane.Groups)
        {
            svg.Marble(group, y, cls);
            foreach (var x in lane.Ticks.Where(x => group.Count > 1 && x >= group.First && x <= group.Last))
                svg.Line(x, y - 4, x, y + 4, cls);
            svg.Text(group.Middle(axis), labelsAbove ? y - 16 : y + 26, group.Text, anchor: "middle");
        }
    }

    /// <summary>The title, the axis and its grid, behind the lanes.</summary>
    private string Frame(TimeAxis axis, PictureSvg lanes, double top, double bottom)
    {
        var svg = new PictureSvg();
        if (Title.Length > 0)
            svg.Text(Margin, Margin + 14, PictureText.Clip(Title, WidthPixels / 10), "title");
        foreach (var (x, label) in axis.Ticks())
        {
            svg.Line(x, top + 20, x, bottom, "grid");
            svg.Text(x, bottom + 16, label, "faint", "middle");
        }

        svg.Append(lanes);
        return svg.ToDocument(WidthPixels, bottom + 32, Title.Length > 0 ? Title : "Marble diagram");
    }
}
