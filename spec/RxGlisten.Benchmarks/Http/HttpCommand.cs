using System.ComponentModel;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Http;

/// <summary>
/// The demo Http beside a minimal Kestrel application, by wrk: plain, and with requests pipelined. 0 all measured, or skipped for want of a tool; 1 something failed; 2 bad
/// arguments.
/// </summary>
internal static class HttpCommand
{
    private const int Connections = 64;
    private const int Seconds = 3;
    private const int TrialSeconds = 1;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (SideOptions.Parse("http", arguments) is not { } options) return 2;
        if (!Tool.AreInstalled(Wrk.Tool)) return 0;
        try
        {
            int seconds = options.IsTrial ? TrialSeconds : Seconds;
            RunRecord run = RunRecord.Now(options.CommandLine, $"{options.Rounds} rounds of {seconds} s");
            using Wrk wrk = new(Connections, seconds);
            await using HttpServer demo = await HttpServer.StartDemoAsync();
            await using HttpServer kestrel = await HttpServer.StartKestrelAsync();
            string tables = await MeasureAsync(wrk, [demo, kestrel], pipelined: false, options.Rounds) + "\n" + await MeasureAsync(wrk, [demo, kestrel], pipelined: true, options.Rounds);
            Console.WriteLine(tables);
            string text = $"The demo Http and a minimal Kestrel application, {Connections} connections, by wrk.\n\n{tables}";
            if (options.Write) Docs.Write(new Results { Tables = { ["http"] = new TableRecord { Run = run, Title = "HTTP", Text = text } } });
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
        table.Add(
            $"{servers[0].Name} / {servers[1].Name}", Text(results.Select(result => result[0].RequestsPerSecond / result[1].RequestsPerSecond), "N2"),
            Text(results.Select(result => result[0].MicrosecondsPerRequest / result[1].MicrosecondsPerRequest), "N2"));
        return table.ToString();
    }

    private static string Text(IEnumerable<double> values, string format) => Spread.Of(values)?.Text(format) ?? ""; // there is a round at least
}
