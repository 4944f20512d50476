using System.Globalization;
using System.Text;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>
/// A chart of a group's costs as SVG: bars a cell, each relative to Kestrel in the same rounds. No background and middling colours, so that it reads on a
/// light page and on a dark one.
/// </summary>
internal sealed class CostChart(CellGroup group, Results results, IReadOnlyList<Cell> cells)
{
    private const double Left = 52;
    private const double Height = 260;
    private const double BarWidth = 28;
    private const double CellGap = 30;
    private const double LetterWidth = 6.6;
    private const double HeadingLetterWidth = 7.4;
    private const double LegendRow = 18;
    private const double LeastWidth = 640;
    private const string Ink = "#808890";

    // By the server's place in the catalog: a server looks the same in all charts.
    private static readonly string[] s_colours =
        ["#d9480f", "#f08c3a", "#4c8bd6", "#3d9a62", "#8b6fc9", "#b8902a", "#6f7780", "#c2577f", "#e08fae", "#5d9aa3", "#9ab85d"];

    private readonly StringBuilder _svg = new();
    private readonly IEchoServer[] _servers = [.. ServerCatalog.All.Where(server => cells.Any(cell => results.Rounds(cell, server.Name) > 0))];
    private double _top;
    private double _ceiling;

    public string Draw()
    {
        _ceiling = cells.SelectMany(cell => _servers.Select(server => Cost(cell, server)?.Median ?? 0)).Append(1).Max() * 1.08;
        string unit = string.Join(" or ", cells.Select(cell => cell.Cost.Name).Distinct());
        string heading = $"{group.Title}: {unit}; Kestrel = 1, less is better";
        double width = new[] { LeastWidth, Left + cells.Sum(Width) + 8, Left + (heading.Length * HeadingLetterWidth) }.Max();
        StringBuilder legend = Legend(width);

        string box = string.Create(CultureInfo.InvariantCulture, $"0 0 {width:0} {_top + Height + 28:0}");
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="system-ui, sans-serif" role="img">""");
        Line($"<title>{group.Title}, relative to Kestrel</title>");
        Text(Left, 18, heading, "start", 13);
        _svg.Append(legend);
        Scale(width);
        double x = Left;
        foreach (Cell cell in cells)
        {
            Bars(cell, x);
            x += Width(cell);
        }
        Line($"</svg>");
        return _svg.ToString();
    }

    private IEchoServer[] Measured(Cell cell) => [.. _servers.Where(server => Cost(cell, server) is not null)];

    private double Width(Cell cell) => Math.Max(Measured(cell).Length * BarWidth, cell.Name.Length * LetterWidth) + CellGap;

    private Spread? Cost(Cell cell, IEchoServer server) => results.Ratio(cell, server.Name, ServerCatalog.Kestrel, cell.Cost);

    /// <summary>As many rows as it needs; the chart begins below.</summary>
    private StringBuilder Legend(double width)
    {
        StringBuilder text = new();
        double x = Left, y = 30;
        foreach (IEchoServer server in _servers)
        {
            double next = 32 + (server.Name.Length * 7);
            if (x + next > width) (x, y) = (Left, y + LegendRow);
            text.Append(CultureInfo.InvariantCulture, $"""<rect x="{x:0.#}" y="{y:0.#}" width="11" height="11" rx="2" fill="{Colour(server)}"/>""").Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"""<text x="{x + 16:0.#}" y="{y + 10:0.#}" font-size="12" fill="{Ink}">{server.Name}</text>""").Append('\n');
            x += next;
        }
        _top = y + 36;
        return text;
    }

    private void Scale(double width)
    {
        double step = new[] { 0.25, 0.5, 1, 2, 5, 10, 25, 100, 1000 }.First(step => _ceiling / step <= 10 || step == 1000);
        for (double value = 0; value <= _ceiling; value += step)
        {
            bool kestrel = Math.Abs(value - 1) < 0.001;
            string pen = kestrel ? "stroke-width=\"1.2\" stroke-opacity=\"0.9\"" : "stroke-width=\"0.5\" stroke-opacity=\"0.4\"";
            Line($"""<line x1="{Left:0.#}" x2="{width - 8:0.#}" y1="{Y(value):0.#}" y2="{Y(value):0.#}" stroke="{Ink}" {pen}/>""");
            Text(Left - 6, Y(value) + 4, value.ToString("0.##", CultureInfo.InvariantCulture), "end", 11);
        }
    }

    private void Bars(Cell cell, double x)
    {
        IEchoServer[] measured = Measured(cell);
        double middle = x + (Width(cell) / 2);
        double left = middle - (measured.Length * BarWidth / 2);
        foreach (IEchoServer server in measured)
        {
            double cost = Cost(cell, server)!.Value.Median; // it was measured
            string label = cost.ToString(cost < 0.1 ? "0.000" : "0.00", CultureInfo.InvariantCulture);
            string title = $"<title>{cell.Name}, {server.Name}: {label}</title>";
            Line($"""<rect x="{left:0.#}" y="{Y(cost):0.#}" width="{BarWidth - 4}" height="{Y(0) - Y(cost):0.#}" fill="{Colour(server)}">{title}</rect>""");
            Text(left + (BarWidth / 2) - 2, Y(cost) - 4, label, "middle", 10.5);
            left += BarWidth;
        }
        Text(middle, Y(0) + 18, cell.Name, "middle", 11.5);
    }

    private static string Colour(IEchoServer server) => s_colours[ServerCatalog.All.ToList().IndexOf(server) % s_colours.Length];

    private double Y(double value) => _top + (Height * (1 - (value / _ceiling)));

    private void Text(double x, double y, string text, string anchor, double size) =>
        Line($"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}" font-size="{size:0.#}" fill="{Ink}">{text}</text>""");

    private void Line(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
