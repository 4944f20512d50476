using System.ComponentModel;
using System.Globalization;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Http;

/// <summary>
/// The demo Http beside a minimal Kestrel application, by wrk: plain, and with requests pipelined. 0 all measured, 1 something failed, 2 bad arguments.
/// </summary>
internal static class HttpCommand
{
    private const int Connections = 64;
    private const string Usage = "http [--rounds N] [--seconds N]";

    public static async Task<int> RunAsync(string[] arguments)
    {
        int rounds = 5, seconds = 3;
        foreach (string[] pair in arguments.Chunk(2))
        {
            if (pair is not [var name and ("--rounds" or "--seconds"), var text] || !int.TryParse(text, CultureInfo.InvariantCulture, out int value) || value is < 1 or > 100)
            {
                await Console.Error.WriteLineAsync($"expected {Usage}");
                return 2;
            }
            if (name == "--rounds") rounds = value;
            else seconds = value;
        }
        try
        {
            using Wrk wrk = new(Connections, seconds);
            await using HttpServer demo = await HttpServer.StartDemoAsync();
            await using HttpServer kestrel = await HttpServer.StartKestrelAsync();
            foreach (bool pipelined in new[] { false, true })
                Console.WriteLine(await MeasureAsync(wrk, [demo, kestrel], pipelined, rounds));
            return 0;
        }
        catch (Exception error) when (error is MeasurementException or Win32Exception)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    private static async Task<string> MeasureAsync(Wrk wrk, HttpServer[] servers, bool pipelined, int rounds)
    {
        foreach (HttpServer server in servers) await wrk.RunAsync(server, pipelined); // warms it up
        List<WrkResult[]> results = [];
        for (int round = 0; round < rounds; round++)
        {
            WrkResult[] result = new WrkResult[servers.Length];
            for (int turn = 0; turn < servers.Length; turn++)
            {
                int at = (round + turn) % servers.Length;
                result[at] = await wrk.RunAsync(servers[at], pipelined);
            }
            results.Add(result);
        }
        MarkdownTable table = new(pipelined ? "wrk, 16 requests in a packet" : "wrk, one request at a time", "requests/s", "server's CPU µs/request");
        for (int i = 0; i < servers.Length; i++)
            table.Add(servers[i].Name, Text(results.Select(result => result[i].RequestsPerSecond), "N0"), Text(results.Select(result => result[i].MicrosecondsPerRequest), "N2"));
        table.Add($"{servers[0].Name} / {servers[1].Name}", Text(results.Select(result => result[0].RequestsPerSecond / result[1].RequestsPerSecond), "N2"),
            Text(results.Select(result => result[0].MicrosecondsPerRequest / result[1].MicrosecondsPerRequest), "N2"));
        return table.ToString();
    }

    private static string Text(IEnumerable<double> values, string format)
    {
        Spread spread = Spread.Of(values) ?? default; // there is a round at least
        return string.Create(CultureInfo.InvariantCulture, $"{spread.Median.ToString(format, CultureInfo.InvariantCulture)} ({spread.Least.ToString(format, CultureInfo.InvariantCulture)}..{spread.Most.ToString(format, CultureInfo.InvariantCulture)})");
    }
}
