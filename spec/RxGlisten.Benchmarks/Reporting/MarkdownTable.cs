using System.Text;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>A table that reads well as text and as Markdown: columns padded, all but the first to the right.</summary>
internal sealed class MarkdownTable(params IEnumerable<string> header)
{
    private readonly List<string[]> _rows = [[.. header]];

    public void Add(params IEnumerable<string> row) => _rows.Add([.. row]);

    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        for (int i = 0; i < _rows.Count; i++)
        {
            IEnumerable<string> cells = _rows[i].Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]));
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
            if (i > 0) continue;
            IEnumerable<string> rules = widths.Select((width, column) => new string('-', width + 1) + (column == 0 ? "-" : ":"));
            text.Append('|').AppendJoin('|', rules).Append("|\n");
        }
        return text.ToString();
    }
}
