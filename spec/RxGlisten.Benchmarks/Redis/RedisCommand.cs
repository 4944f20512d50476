using System.ComponentModel;
using RxGlisten.Benchmarks.Load;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Redis;

/// <summary>
/// The demo KeyValue beside Redis, in turns, by redis-benchmark and by redis-cli --pipe. 0 all measured, or skipped for want of a tool; 1 something failed; 2 bad
/// arguments.
/// </summary>
internal static class RedisCommand
{
    private const int Requests = 300_000;
    private const int TrialRequests = 10_000;
    private const string Load = "-t ping,set,get,incr,mset -P 16 -c 50";
    private const string CpuTest = "CPU s per million requests, all tests";

    private static readonly Tool s_benchmark = new("redis-benchmark", "redis-tools");

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (SideOptions.Parse("redis", arguments) is not { } options) return 2;
        if (!Tool.AreInstalled(s_benchmark, MassInsertion.Client, RedisServer.Tool)) return 0;
        try
        {
            int requests = options.IsTrial ? TrialRequests : Requests;
            RunRecord run = RunRecord.Now(options.CommandLine, $"{options.Rounds} rounds of {requests} requests a test");
            await using RedisServer demo = await RedisServer.StartDemoAsync();
            await using RedisServer redis = await RedisServer.StartRedisAsync();
            string table = await MeasureAsync([demo, redis], options.Rounds, requests);
            Console.WriteLine(table);
            string text = $"The demo KeyValue and Debian's redis-server, without persistence, by `redis-benchmark {Load}`, and {MassInsertion.Commands} commands by `redis-cli --pipe`. Redis is "
                + $"one thread; the demo takes what processors there are.\n\n{table}";
            if (options.Write) Docs.Write(new Results { Tables = { ["redis"] = new TableRecord { Run = run, Title = "Redis", Text = text } } });
            return 0;
        }
        catch (Exception error) when (error is MeasurementException or Win32Exception)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    private static async Task<string> MeasureAsync(RedisServer[] servers, int rounds, int requests)
    {
        using MassInsertion insertion = new();
        foreach (RedisServer server in servers) await MeasureAsync(server, insertion, requests); // warms it up
        List<Dictionary<string, double>[]> results = [];
        for (int round = 0; round < rounds; round++)
        {
            Dictionary<string, double>[] result = new Dictionary<string, double>[servers.Length];
            for (int turn = 0; turn < servers.Length; turn++)
            {
                int at = (round + turn) % servers.Length;
                result[at] = await MeasureAsync(servers[at], insertion, requests);
            }
            results.Add(result);
        }
        MarkdownTable table = new(["requests/s", .. servers.Select(server => server.Name), $"{servers[0].Name} / {servers[1].Name}"]);
        foreach (string test in results[0][0].Keys)
        {
            string format = test == CpuTest ? "N3" : "N0";
            table.Add(
                test, Text(results.Select(result => result[0][test]), format), Text(results.Select(result => result[1][test]), format),
                Text(results.Select(result => result[0][test] / result[1][test]), "0.00"));
        }
        return table.ToString();
    }

    private static async Task<Dictionary<string, double>> MeasureAsync(RedisServer server, MassInsertion insertion, int requests)
    {
        double before = ProcessUsage.Read(server.ProcessId).CpuSeconds;
        string report = await s_benchmark.RunAsync([.. Load.Split(' '), "-n", $"{requests}", "-p", $"{server.Port}", "--csv"]);
        double used = ProcessUsage.Read(server.ProcessId).CpuSeconds - before;
        Dictionary<string, double> results = RedisReport.Parse(report);
        int tests = results.Count;
        results.Add($"redis-cli --pipe, {MassInsertion.Commands} commands", await insertion.RunAsync(server.Port));
        results.Add(CpuTest, used / (tests * (double)requests) * 1e6);
        return results;
    }

    private static string Text(IEnumerable<double> values, string format) => Spread.Of(values)?.Text(format) ?? ""; // there is a round at least
}
