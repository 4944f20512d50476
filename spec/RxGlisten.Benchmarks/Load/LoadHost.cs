using System.Text.Json;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Load;

/// <summary>The process of the load generator: one measurement, one line of JSON, exit code 1 when anything was wrong.</summary>
internal static class LoadHost
{
    public static int Run(string[] arguments)
    {
        LoadOptions options = LoadOptions.FromArguments(arguments);
        TimeSpan longestLife = options.WarmUp + options.Duration + TimeSpan.FromMinutes(2);
        _ = ParentWatch.InputEndedAsync(longestLife).ContinueWith(_ => Environment.Exit(4), TaskScheduler.Default);
        LoadResult result;
        try
        {
            result = new LoadSession(options).Run();
        }
        catch (IOException) when (!Directory.Exists($"/proc/{options.ServerId}"))
        {
            Console.Error.WriteLine("the server is gone");
            return 1;
        }
        Console.WriteLine(JsonSerializer.Serialize(result));
        return result.Faults.Count == 0 ? 0 : 1;
    }
}
