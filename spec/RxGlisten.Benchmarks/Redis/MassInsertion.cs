using System.Diagnostics;
using System.Globalization;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Redis;

/// <summary>Many commands in one stream, by redis-cli --pipe.</summary>
internal sealed class MassInsertion : IDisposable
{
    public const int Commands = 100_000;

    private readonly string _file = Path.GetTempFileName();

    public MassInsertion()
    {
        using StreamWriter writer = new(_file);
        for (int i = 0; i < Commands; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            writer.Write($"*3\r\n$3\r\nSET\r\n${number.Length + 4}\r\nkey:{number}\r\n${number.Length}\r\n{number}\r\n");
        }
    }

    public static Tool Client { get; } = new("redis-cli", "redis-tools");

    /// <summary>Commands a second. Throws <see cref="MeasurementException"/> unless all were answered, and none by an error.</summary>
    public async Task<double> RunAsync(int port)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string report = await Client.RunAsync(["-p", $"{port}", "--pipe"], _file);
        return report.Contains($"errors: 0, replies: {Commands}", StringComparison.Ordinal)
            ? Commands / clock.Elapsed.TotalSeconds
            : throw new MeasurementException($"redis-cli --pipe said: {report}");
    }

    public void Dispose() => File.Delete(_file);
}
