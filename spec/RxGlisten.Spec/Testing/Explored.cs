using System.Runtime.CompilerServices;
using NUnit.Framework;
using RxGlisten.Testing;

namespace RxGlisten.Spec.Testing;

/// <summary>
/// How many seeds specs explore: the numbers that they give, more than 15,000 in all, times the environment variable EXPLORE for a longer run (EXPLORE=20 dotnet test ...).
/// Each spec begins at seeds of its own, so that not all see the same faults.
/// </summary>
internal static class Explored
{
    /// <summary>The environment variable, or 1.</summary>
    public static int Times { get; } = int.TryParse(Environment.GetEnvironmentVariable("EXPLORE"), out var times) ? times : 1;

    public static ExplorationResult Run(int seeds, Action<Scenario> scenario, ExplorationOptions? options = null, [CallerMemberName] string spec = "")
    {
        options = (options ?? new ExplorationOptions()) with { FirstSeed = FirstSeedOf(spec) };
        var result = Exploration.Explore(seeds * Times, scenario, options);
        TestContext.Out.WriteLine($"{result.Seeds} seeds from {options.FirstSeed}, {result.Faults} faults, {result.Events} events, {result.Digest:X16}");
        return result;
    }

    private static int FirstSeedOf(string spec)
    {
        var hash = 17;
        foreach (var letter in spec)
            hash = unchecked((hash * 31) + letter);
        return (hash & 0x3FF) * 1_000_000;
    }
}
