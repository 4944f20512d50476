using System.Globalization;
using System.Text;
using RxGlisten.Benchmarks.Reporting;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>
/// What the parts of the library cost by themselves, without sockets: all ways in turn, round by round, on one thread of this process. CPU time is that of
/// the whole process, so that what a way leaves to the garbage collector counts.
/// </summary>
internal static class InsideCommand
{
    private const int Rounds = 11;
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(150);
    private static readonly LineInput[] s_inputs = [new(16, 16 * 1024), new(64, 16 * 1024), new(256, 16 * 1024), new(64, 1460), new(64, 0)];

    private static readonly ILineReader[] s_readers =
    [
        new RxLines(asText: false), new PipeLines(asText: false, fast: true), new PipeLines(asText: false, fast: false),
        new RxLines(asText: true), new PipeLines(asText: true, fast: true), new PipeLines(asText: true, fast: false),
    ];

    public static int Run(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            Console.Error.WriteLine("inside takes no options");
            return 2;
        }
        StringBuilder text = new();
        foreach (ILineReader reader in s_readers) text.Append(CultureInfo.InvariantCulture, $"- `{reader.Name}`: {reader.Description}\n");
        foreach (LineInput input in s_inputs) text.Append('\n').Append(Measure(input));
        Console.WriteLine(text);
        return 0;
    }

    private static string Measure(LineInput input)
    {
        Dictionary<ILineReader, List<Cost>> costs = s_readers.ToDictionary(reader => reader, _ => new List<Cost>());
        foreach (ILineReader reader in s_readers) Measure(reader, input); // compiled, and compiled again
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < s_readers.Length; i++)
            {
                ILineReader reader = s_readers[(i + round) % s_readers.Length];
                costs[reader].Add(Measure(reader, input));
            }
        }

        MarkdownTable table = new(input.Name, "CPU ns a line", "/ pipelines", "bytes allocated a line");
        foreach (ILineReader reader in s_readers)
        {
            ILineReader rival = s_readers[Array.IndexOf(s_readers, reader) < 3 ? 1 : 4];
            table.Add(
                reader.Name,
                Text(costs[reader].Select(cost => cost.Nanoseconds), "0.0"),
                reader == rival ? "" : Text(costs[reader].Zip(costs[rival], (own, other) => own.Nanoseconds / other.Nanoseconds), "0.00"),
                Text(costs[reader].Select(cost => cost.Allocated), "0.0"));
        }
        return table.ToString();
    }

    private static Cost Measure(ILineReader reader, LineInput input)
    {
        int passes = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        TimeSpan used;
        do
        {
            const int AtOnce = 4;
            if (reader.Read(input, AtOnce) != input.Characters * AtOnce) throw new InvalidOperationException($"{reader.Name} lost something.");
            passes += AtOnce;
            used = Environment.CpuUsage.TotalTime - start;
        }
        while (used < s_window);
        double lines = (double)passes * input.Lines;
        return new Cost(used.TotalNanoseconds / lines, (GC.GetAllocatedBytesForCurrentThread() - allocated) / lines);
    }

    private static string Text(IEnumerable<double> values, string format)
    {
        Spread spread = Spread.Of(values)!.Value; // there was a round
        string Number(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Number(spread.Median)} ({Number(spread.Least)}..{Number(spread.Most)})";
    }

    private readonly record struct Cost(double Nanoseconds, double Allocated);
}
