namespace RxGlisten.Testing;

/// <summary>One run of a scenario, over.</summary>
internal sealed class ExplorationRun
{
    private readonly Exception? _thrown;

    private ExplorationRun(int seed, FaultPlan plan, Scenario scenario, Exception? thrown)
    {
        Seed = seed;
        Faults = plan.Faults;
        Trace = scenario.Network.Trace;
        Failures = scenario.Failures;
        _thrown = thrown;
    }

    public int Seed { get; }

    public IReadOnlyList<Fault> Faults { get; }

    public Trace Trace { get; }

    public IReadOnlyList<string> Failures { get; }

    public bool HasFailed => Failures.Count > 0;

    public static ExplorationRun Of(int seed, FaultPlan plan, Action<Scenario> body, ExplorationOptions options)
    {
        var scenario = new Scenario(seed, plan, options);
        Exception? thrown = null;
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            body(scenario);
            scenario.Finish();
        }
        catch (Exception e)
        {
            thrown = e;
            scenario.Fail($"It threw {e.GetType().Name}: {e.Message}");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return new ExplorationRun(seed, plan, scenario, thrown);
    }

    public ExplorationException ToException(int tried, IReadOnlyList<Fault> drawn) => new(Seed, tried, drawn, Faults, Failures, Trace, _thrown);
}
