using System.Globalization;
using System.Text;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>
/// A chart of CPU cost as SVG: a group of bars a cell, each relative to Kestrel in the same rounds. No background and middling colours,
/// so that it reads on a light page and on a dark one.
/// </summary>
internal sealed class CostChart(Results results, IReadOnlyList<Cell> cells, IReadOnlyList<string> servers)
{
    private const double Left = 52;
    private const double Top = 64;
    private const double Height = 260;
    private const double BarWidth = 18;
    private const double GroupGap = 26;
    private const string Ink = "#808890";

    private static readonly string[] s_colours = ["#d9480f", "#4c8bd6", "#3d9a62", "#8b6fc9", "#b8902a", "#c2577f", "#5d9aa3"];

    private readonly StringBuilder _svg = new();

    public string Draw()
    {
        Cell[] shown = [.. cells.Where(cell => cell.Cost is not null)];
        double groupWidth = (servers.Count * BarWidth) + GroupGap;
        double width = Math.Max(640, Left + (shown.Length * groupWidth) + 16);
        double most = shown.SelectMany(cell => servers.Select(server => Cost(cell, server)?.Median ?? 0)).Append(1).Max();
        double ceiling = Math.Ceiling((most * 1.08) / 0.25) * 0.25;

        string box = string.Create(CultureInfo.InvariantCulture, $"0 0 {width:0} {Top + Height + 32:0}");
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="system-ui, sans-serif" role="img">""");
        Line($"<title>Server CPU per unit of work, relative to Kestrel</title>");
        Text(Left, 18, "Server CPU per unit of work, Kestrel = 1; less is better", "start", 13);
        Legend();
        Scale(width, ceiling);
        for (int i = 0; i < shown.Length; i++) Group(shown[i], Left + (GroupGap / 2) + (i * groupWidth), ceiling);
        Line($"</svg>");
        return _svg.ToString();
    }

    private Spread? Cost(Cell cell, string server) =>
        results.Ratio(cell, server, ServerCatalog.Kestrel, cell.Cost!); // only cells with one are shown

    private void Legend()
    {
        double x = Left;
        for (int i = 0; i < servers.Count; i++)
        {
            Line($"""<rect x="{x:0.#}" y="30" width="11" height="11" rx="2" fill="{Colour(i)}"/>""");
            Text(x + 16, 40, servers[i], "start", 12);
            x += 34 + (servers[i].Length * 7);
        }
    }

    private void Scale(double width, double ceiling)
    {
        double step = ceiling > 3 ? 0.5 : 0.25;
        for (double value = 0; value <= ceiling + 0.001; value += step)
        {
            double y = Y(value, ceiling);
            bool kestrel = Math.Abs(value - 1) < 0.001;
            string pen = kestrel ? "stroke-width=\"1.2\" stroke-opacity=\"0.9\"" : "stroke-width=\"0.5\" stroke-opacity=\"0.4\"";
            Line($"""<line x1="{Left:0.#}" x2="{width - 8:0.#}" y1="{y:0.#}" y2="{y:0.#}" stroke="{Ink}" {pen}/>""");
            Text(Left - 6, y + 4, value.ToString("0.00", CultureInfo.InvariantCulture), "end", 11);
        }
    }

    private void Group(Cell cell, double x, double ceiling)
    {
        for (int i = 0; i < servers.Count; i++)
        {
            if (Cost(cell, servers[i]) is not { } cost) continue;
            double left = x + (i * BarWidth);
            double y = Y(cost.Median, ceiling);
            string label = cost.Median.ToString("0.00", CultureInfo.InvariantCulture);
            string title = $"<title>{cell.Name}, {servers[i]}: {label}</title>";
            double height = Top + Height - y;
            Line($"""<rect x="{left:0.#}" y="{y:0.#}" width="{BarWidth - 2}" height="{height:0.#}" fill="{Colour(i)}">{title}</rect>""");
            Text(left + (BarWidth / 2) - 1, y - 4, label, "middle", 8.5);
        }
        Text(x + (servers.Count * BarWidth / 2), Top + Height + 18, cell.Name, "middle", 11.5);
    }

    private static string Colour(int server) => s_colours[server % s_colours.Length];

    private static double Y(double value, double ceiling) => Top + (Height * (1 - (value / ceiling)));

    private void Text(double x, double y, string text, string anchor, double size) =>
        Line($"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}" font-size="{size:0.#}" fill="{Ink}">{text}</text>""");

    private void Line(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
