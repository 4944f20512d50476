using System.Globalization;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Running;

/// <summary>What the command line asks for.</summary>
internal sealed record RunOptions
{
    public const string Usage = "[--quick] [--rounds N] [--only cell,...] [--servers name,...] [--unix] [--write] [--list]";

    public required string CommandLine { get; init; }
    public required IReadOnlyList<Cell> Cells { get; init; }
    public required IReadOnlyList<string> Servers { get; init; }
    public required int Rounds { get; init; }
    public required CellTiming Timing { get; init; }

    /// <summary>Whether the docs are written: a run of everything does, any other is asked to.</summary>
    public required bool Write { get; init; }

    public bool List { get; init; }

    /// <summary>Throws <see cref="FormatException"/> with what was expected.</summary>
    public static RunOptions Parse(IReadOnlyList<string> arguments)
    {
        bool quick = false, unix = false, write = false, list = false;
        string? only = null, servers = null, rounds = null;
        using IEnumerator<string> next = arguments.GetEnumerator();
        while (next.MoveNext())
        {
            switch (next.Current)
            {
                case "--quick": quick = true; break;
                case "--unix": unix = true; break;
                case "--write": write = true; break;
                case "--list": list = true; break;
                case "--only": only = Value(next); break;
                case "--servers": servers = Value(next); break;
                case "--rounds": rounds = Value(next); break;
                default: throw new FormatException($"'{next.Current}' is not an option; expected {Usage}");
            }
        }
        IReadOnlyList<string> usualServers = quick ? ServerCatalog.Quick : ServerCatalog.Default;
        IReadOnlyList<Cell> usual = [.. quick ? CellCatalog.Quick : CellCatalog.Default, .. unix ? CellCatalog.UnixVariants : []];
        string all = arguments.Count > 0 ? $" -- {string.Join(' ', arguments)}" : "";
        return new RunOptions
        {
            CommandLine = $"dotnet run -c Release --project spec/RxGlisten.Benchmarks{all}",
            Cells = only is null ? usual : [.. only.Split(',').Select(Cell)],
            Servers = servers is null ? Available(usualServers) : [.. servers.Split(',').Select(Server)],
            Rounds = rounds is null ? quick ? 3 : 9 : Count(rounds),
            Timing = quick ? CellTiming.Quick : CellTiming.Full,
            Write = write || !(quick || only is not null || servers is not null || rounds is not null),
            List = list,
        };
    }

    private static IReadOnlyList<string> Available(IReadOnlyList<string> names) =>
        [.. names.Where(name => ServerCatalog.Find(name) is { IsAvailable: true })];

    private static string Value(IEnumerator<string> next)
    {
        string option = next.Current;
        return next.MoveNext() ? next.Current : throw new FormatException($"'{option}' needs a value");
    }

    private static Cell Cell(string name) => CellCatalog.All.FirstOrDefault(cell => cell.Name == name)
        ?? throw new FormatException($"no cell '{name}'; there are {string.Join(", ", CellCatalog.All.Select(cell => cell.Name))}");

    private static string Server(string name) => ServerCatalog.Find(name)?.Name
        ?? throw new FormatException($"no server '{name}'; there are {string.Join(", ", ServerCatalog.All.Select(server => server.Name))}");

    private static int Count(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= 100
        ? count
        : throw new FormatException($"'{text}' is not a number of rounds from 1 to 100");
}
