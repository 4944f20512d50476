using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>How many seeds specs explore: the numbers that they give, times EXPLORE (1 if that is not set).</summary>
internal static class Explored
{
    private static readonly int s_times = int.TryParse(Environment.GetEnvironmentVariable("EXPLORE"), out var times) ? times : 1;

    public static ExplorationResult Run(int seeds, Action<Scenario> scenario, ExplorationOptions? options = null)
    {
        var result = Exploration.Explore(seeds * s_times, scenario, options);
        NUnit.Framework.TestContext.Out.WriteLine($"{result.Seeds} seeds, {result.Faults} faults, {result.Events} events, {result.Digest:X16}");
        return result;
    }
}
