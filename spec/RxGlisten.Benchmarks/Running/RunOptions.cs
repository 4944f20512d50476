using System.Globalization;
using RxGlisten.Benchmarks.Cells;
using RxGlisten.Benchmarks.Servers;

namespace RxGlisten.Benchmarks.Running;

/// <summary>What the command line asks for.</summary>
internal sealed record RunOptions
{
    public const string Usage = "[--quick | --trial] [--rounds N] [--only cell,...] [--servers name,...] [--write] [--list]";

    public required string CommandLine { get; init; }
    public required IReadOnlyList<Cell> Cells { get; init; }

    /// <summary>Which servers every cell is to have, if it can; null for each cell's own.</summary>
    public required IReadOnlyList<string>? Servers { get; init; }

    public required int Rounds { get; init; }
    public required CellTiming Timing { get; init; }

    /// <summary>Whether the docs are written: a run of everything does, any other is asked to.</summary>
    public required bool Write { get; init; }

    public bool List { get; init; }

    /// <summary>Throws <see cref="FormatException"/> with what was expected.</summary>
    public static RunOptions Parse(IReadOnlyList<string> arguments)
    {
        bool quick = false, trial = false, write = false, list = false;
        string? only = null, servers = null, rounds = null;
        using IEnumerator<string> next = arguments.GetEnumerator();
        while (next.MoveNext())
        {
            switch (next.Current)
            {
                case "--quick": quick = true; break;
                case "--trial": trial = true; break;
                case "--write": write = true; break;
                case "--list": list = true; break;
                case "--only": only = Value(next); break;
                case "--servers": servers = Value(next); break;
                case "--rounds": rounds = Value(next); break;
                default: throw new FormatException($"'{next.Current}' is not an option; expected {Usage}");
            }
        }
        if (trial && write) throw new FormatException("the figures of a trial tell nothing: they are not written");
        IReadOnlyList<Cell> usual = trial ? TrialCells.All : quick ? CellCatalog.Quick : CellCatalog.All;
        string all = arguments.Count > 0 ? $" -- {string.Join(' ', arguments)}" : "";
        return new RunOptions
        {
            CommandLine = $"dotnet run -c Release --project spec/RxGlisten.Benchmarks{all}",
            Cells = only is null ? usual : [.. only.Split(',').Select(Cell)],
            Servers = servers is null ? quick ? ServerCatalog.Quick : null : [.. servers.Split(',').Select(Server)],
            Rounds = rounds is null ? trial ? 1 : quick ? 3 : 9 : Count(rounds),
            Timing = trial ? CellTiming.Trial : quick ? CellTiming.Quick : CellTiming.Full,
            Write = write || !(quick || trial || only is not null || servers is not null || rounds is not null),
            List = list,
        };
    }

    /// <summary>The servers that are measured in a cell here.</summary>
    public IReadOnlyList<IEchoServer> ServersOf(Cell cell) =>
    [
        .. (Servers is null ? cell.Servers : Timing == CellTiming.Quick ? Servers.Intersect(cell.Servers) : Servers)
            .Select(ServerCatalog.Find).OfType<IEchoServer>().Where(server => server.IsAvailable && server.Takes(cell)),
    ];

    /// <summary>How many measurements it takes.</summary>
    public int Measurements => Rounds * Cells.Sum(cell => ServersOf(cell).Count);

    /// <summary>About how long it takes.</summary>
    public TimeSpan Estimate => Rounds * Cells.Aggregate(TimeSpan.Zero, (sum, cell) => sum + (ServersOf(cell).Count * cell.Estimate(Timing)));

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
