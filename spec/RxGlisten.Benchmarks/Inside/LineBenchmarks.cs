using BenchmarkDotNet.Attributes;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>Lines of packets, by the library and by pipelines: one pass over a megabyte.</summary>
public class LineBenchmarks
{
    internal static readonly IReadOnlyList<LineInput> AllInputs = [new(16, 16 * 1024), new(64, 16 * 1024), new(256, 16 * 1024), new(64, 1460), new(64, 0)];

    internal static readonly IReadOnlyList<ILineReader> AllReaders =
    [
        new RxLines(asText: false), new PipeLines(asText: false, fast: true), new PipeLines(asText: false, fast: false),
        new RxLines(asText: true), new PipeLines(asText: true, fast: true), new PipeLines(asText: true, fast: false),
    ];

    private LineInput _input = AllInputs[0];
    private ILineReader _reader = AllReaders[0];

    public static IEnumerable<string> Inputs => AllInputs.Select(input => input.Name);

    public static IEnumerable<string> Readers => AllReaders.Select(reader => reader.Name);

    [ParamsSource(nameof(Inputs))]
    public string Input { get; set; } = "";

    [ParamsSource(nameof(Readers))]
    public string Reader { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _input = AllInputs.Single(input => input.Name == Input);
        _reader = AllReaders.Single(reader => reader.Name == Reader);
    }

    [Benchmark]
    public long Read()
    {
        long characters = _reader.Read(_input, passes: 1);
        return characters == _input.Characters ? characters : throw new InvalidOperationException($"{Reader} lost something.");
    }
}
