using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Load;

namespace RxGlisten.Benchmarks.Reporting;

/// <summary>
/// Everything that was measured: what the page is written from. It is kept as data beside the page, so that a run of some cells replaces those and leaves
/// the others as they are, each with its own date.
/// </summary>
internal sealed class Results
{
    public const string FileName = "benchmarks.json";

    private static readonly JsonSerializerOptions s_format = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // it is no part of a web page
    };

    public SortedDictionary<string, CellRecord> Cells { get; init; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, TableRecord> Tables { get; init; } = new(StringComparer.Ordinal);

    public IEnumerable<string> Failures => Cells.Values.SelectMany(cell => cell.Failures);

    /// <summary>What is kept in a folder; nothing where there is no file.</summary>
    public static Results Load(string folder)
    {
        string file = Path.Combine(folder, FileName);
        return File.Exists(file) ? JsonSerializer.Deserialize<Results>(File.ReadAllText(file), s_format) ?? new Results() : new Results();
    }

    /// <summary>Replaces what was measured again.</summary>
    public void Take(Results newer)
    {
        foreach ((string name, CellRecord cell) in newer.Cells) Cells[name] = cell;
        foreach ((string name, TableRecord table) in newer.Tables) Tables[name] = table;
    }

    /// <summary>Writes a line a cell, so that what changed is seen.</summary>
    public void Save(string folder)
    {
        StringBuilder text = new("{\n");
        Append(text, nameof(Cells), Cells).Append(",\n");
        Append(text, nameof(Tables), Tables).Append("\n}\n");
        File.WriteAllText(Path.Combine(folder, FileName), text.ToString());
    }

    public int Rounds(Cell cell, string server) => Of(cell, server).Count;

    public Spread? Of(Cell cell, string server, Metric metric) => Spread.Of(Of(cell, server).Values.Select(metric.Of));

    public Spread? Ratio(Cell cell, string server, string baseline, Metric metric) => Ratio(cell, server, cell, baseline, metric);

    /// <summary>
    /// One ratio for each round in which both were measured: what changes the machine's speed changes both. Null where they were not measured in one run.
    /// </summary>
    public Spread? Ratio(Cell cell, string server, Cell baselineCell, string baseline, Metric metric) => !AreOfOneRun(cell, baselineCell) ? null : Spread.Of(
        from mine in Of(cell, server)
        join theirs in Of(baselineCell, baseline) on mine.Key equals theirs.Key
        select metric.Of(mine.Value) / metric.Of(theirs.Value));

    private bool AreOfOneRun(Cell one, Cell other) =>
        Cells.TryGetValue(one.Name, out CellRecord? mine) && Cells.TryGetValue(other.Name, out CellRecord? theirs) && mine.Run == theirs.Run;

    private SortedDictionary<int, LoadResult> Of(Cell cell, string server) =>
        Cells.TryGetValue(cell.Name, out CellRecord? record) && record.Servers.TryGetValue(server, out SortedDictionary<int, LoadResult>? rounds) ? rounds : [];

    private static StringBuilder Append<T>(StringBuilder text, string name, SortedDictionary<string, T> records) =>
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\"{name}\": {{\n")
            .AppendJoin(",\n", records.Select(record => $"\"{record.Key}\": {JsonSerializer.Serialize(record.Value, s_format)}"))
            .Append("\n}");
}
