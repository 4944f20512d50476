namespace RxGlisten.Testing;

/// <summary>Runs a scenario under many seeds, with random faults, in virtual time, and checks what must always hold.</summary>
public static class Exploration
{
    private const int MostTries = 5_000;

    /// <summary>
    /// Runs a scenario once a seed. Each run has a network, a scheduler and faults of its own; when the scenario has said what happens, time runs until nothing
    /// is left to happen, listeners are stopped, and the invariants that <see cref="Scenario"/> lists are checked. The first run that fails is
    /// repeated with fewer and fewer faults.
    /// </summary>
    /// <param name="seeds">How many seeds.</param>
    /// <param name="scenario">Says what happens. It must take all time, chance and connections from what it is given.</param>
    /// <param name="options">What to try; null for the defaults.</param>
    /// <exception cref="ExplorationException">A run failed.</exception>
    public static ExplorationResult Explore(int seeds, Action<Scenario> scenario, ExplorationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        options ??= new ExplorationOptions();
        long faults = 0, events = 0;
        ulong digest = 0;
        for (var i = 0; i < seeds; i++)
        {
            var seed = options.FirstSeed + i;
            var run = ExplorationRun.Of(seed, new FaultPlan(seed, options), scenario, options);
            if (run.HasFailed)
                throw Shrink(run, i + 1, scenario, options);
            faults += run.Faults.Count;
            events += run.Trace.Total;
            digest = (digest * 31) + run.Trace.Digest;
        }

        return new ExplorationResult(seeds, faults, events, digest);
    }

    /// <summary>Runs a scenario once, with a seed and these faults and no others: what an exploration found, kept as a spec.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="faults">The faults; those of targets that the scenario doesn't have do nothing.</param>
    /// <param name="scenario">As for <see cref="Explore"/>.</param>
    /// <param name="options">As for <see cref="Explore"/>; what is drawn there plays no part.</param>
    /// <returns>The trace.</returns>
    /// <exception cref="ExplorationException">The run failed.</exception>
    public static Trace Replay(int seed, IReadOnlyList<Fault> faults, Action<Scenario> scenario, ExplorationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(faults);
        ArgumentNullException.ThrowIfNull(scenario);
        var run = ExplorationRun.Of(seed, new FaultPlan(faults), scenario, options ?? new ExplorationOptions());
        return run.HasFailed ? throw run.ToException(1, faults) : run.Trace;
    }

    // First the smallest lists there are: runs are cheap, and a list from which no fault can be spared need not be the shortest.
    // Then, where these don't do, one fault less at a time until none can be spared.
    private static ExplorationException Shrink(ExplorationRun found, int tried, Action<Scenario> scenario, ExplorationOptions options)
    {
        ExplorationRun Run(IReadOnlyList<Fault> faults) => ExplorationRun.Of(found.Seed, new FaultPlan(faults), scenario, options);
        var smallest = Run(found.Faults);
        if (!smallest.HasFailed)
            return found.ToException(tried, found.Faults); // it should have: the scenario is not repeatable, and the message shows what was seen
        foreach (var few in Few(found.Faults).Take(MostTries))
        {
            var run = Run(few);
            if (run.HasFailed)
                return run.ToException(tried, found.Faults);
        }

        for (var i = 0; i < smallest.Faults.Count;)
        {
            var fewer = smallest.Faults.ToList();
            fewer.RemoveAt(i);
            var run = Run(fewer);
            if (run.HasFailed)
                (smallest, i) = (run, 0);
            else
                i++;
        }

        return smallest.ToException(tried, found.Faults);
    }

    /// <summary>All lists of up to three of them, shortest first, in order.</summary>
    private static IEnumerable<Fault[]> Few(IReadOnlyList<Fault> faults)
    {
        yield return [];
        for (var a = 0; a < faults.Count; a++)
            yield return [faults[a]];
        for (var a = 0; a < faults.Count; a++)
        {
            for (var b = a + 1; b < faults.Count; b++)
                yield return [faults[a], faults[b]];
        }

        for (var a = 0; a < faults.Count; a++)
        {
            for (var b = a + 1; b < faults.Count; b++)
            {
                for (var c = b + 1; c < faults.Count; c++)
                    yield return [faults[a], faults[b], faults[c]];
            }
        }
    }
}
