using System.Globalization;
using System.Text;

namespace RxGlisten.Testing;

/// <summary>Draws the parts of a picture. Colours are classes, for light and for dark.</summary>
internal sealed class PictureSvg
{
    public const double MarbleRadius = 7;

    private const string Style = """
          <style>
            text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #24292f; }
            .title { font-size: 15px; font-weight: bold; }
            .heading { font-weight: bold; }
            .faint { fill: #57606a; }
            .paper { fill: #ffffff; }
            .grid { stroke: #d8dee4; stroke-width: 1; }
            .lane { stroke: #57606a; stroke-width: 1.5; fill: none; }
            .in { fill: #b6d8ff; stroke: #0550ae; stroke-width: 1.5; }
            .out { fill: #b7e8c1; stroke: #116329; stroke-width: 1.5; }
            .element { fill: #e9d8fd; stroke: #6639ba; stroke-width: 1.5; }
            .operator { fill: #f6f8fa; stroke: #8c959f; stroke-width: 1.5; }
            .finish { stroke: #24292f; stroke-width: 3; }
            .reset { stroke: #cf222e; stroke-width: 3; fill: none; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3; }
              .faint { fill: #9da7b3; }
              .paper { fill: #0d1117; }
              .grid { stroke: #30363d; }
              .lane { stroke: #9da7b3; }
              .in { fill: #0c2d6b; stroke: #79c0ff; }
              .out { fill: #0f3d1c; stroke: #56d364; }
              .element { fill: #3c1e70; stroke: #d2a8ff; }
              .operator { fill: #161b22; stroke: #6e7681; }
              .finish { stroke: #e6edf3; }
              .reset { stroke: #ff7b72; }
            }
          </style>
        """;

    private readonly StringBuilder _body = new();

    public void Text(double x, double y, string text, string cls = "", string anchor = "start") =>
        Append($"  <text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\"{Class(cls)}>{PictureText.Escape(text)}</text>\n");

    public void Line(double x1, double y1, double x2, double y2, string cls) =>
        Append($"  <line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\"{Class(cls)}/>\n");

    /// <summary>A line of time that goes on.</summary>
    public void Arrow(double x1, double x2, double y) =>
        Append($"  <path d=\"M{x1:0.#} {y:0.#}H{x2:0.#}m-7 -4l7 4l-7 4\"{Class("lane")}/>\n");

    public void Marble(PictureGroup group, double y, string cls)
    {
        var width = group.Last - group.First + (2 * MarbleRadius);
        Append($"  <rect x=\"{group.First - MarbleRadius:0.#}\" y=\"{y - MarbleRadius:0.#}\" width=\"{width:0.#}\" height=\"{2 * MarbleRadius}\" rx=\"{MarbleRadius}\"{Class(cls)}/>\n");
    }

    public void Box(double x, double y, double width, double height, string text)
    {
        Append($"  <rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\" rx=\"5\"{Class("operator")}/>\n");
        Text(x + (width / 2), y + (height / 2) + 4, text, anchor: "middle");
    }

    public void Finish(double x, double y) => Line(x, y - 12, x, y + 12, "finish");

    public void Reset(double x, double y) =>
        Append($"  <path d=\"M{x - 7:0.#} {y - 7:0.#}l14 14m0 -14l-14 14\"{Class("reset")}/>\n");

    /// <summary>Draws others over this.</summary>
    public void Append(PictureSvg others) => _body.Append(others._body);

    /// <summary>The whole, of a size.</summary>
    public string ToDocument(double width, double height, string title) => string.Create(CultureInfo.InvariantCulture, $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{width:0}" height="{height:0}" viewBox="0 0 {width:0} {height:0}" role="img">
          <title>{PictureText.Escape(title)}</title>
        {Style}
          <rect width="{width:0}" height="{height:0}" class="paper"/>
        {_body}</svg>

        """);

    private static string Class(string name) => name.Length > 0 ? $" class=\"{name}\"" : "";

    private void Append(FormattableString text) => _body.Append(text.ToString(CultureInfo.InvariantCulture));
}
