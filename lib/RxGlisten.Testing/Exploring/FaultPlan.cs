namespace RxGlisten.Testing;

/// <summary>
/// The faults of one run. They are drawn when their target is named, from the seed and that name alone, so that what happens to one target
/// does not hang on another; or they are given, to run again.
/// </summary>
internal sealed class FaultPlan
{
    private readonly FaultDice? _dice;
    private readonly DeterministicRandom? _random;
    private readonly List<Fault> _faults = [];

    /// <summary>Draws them.</summary>
    public FaultPlan(int seed, ExplorationOptions options)
    {
        _random = new DeterministicRandom(seed).Fork(0x5EED);
        _dice = new FaultDice(options);
    }

    /// <summary>Has them given.</summary>
    public FaultPlan(IReadOnlyList<Fault> faults) => _faults.AddRange(faults);

    /// <summary>All faults so far.</summary>
    public IReadOnlyList<Fault> Faults => _faults;

    public IReadOnlyList<Fault> OfClient(string target) => Of(target, static (dice, random, name) => dice.OfClient(random, name));

    public IReadOnlyList<Fault> OfAccepts(string target) => Of(target, static (dice, random, name) => dice.OfAccepts(random, name));

    public Fault? OfHappening(string target) => Of(target, static (dice, random, name) => dice.OfHappening(random, name)) is [var one, ..] ? one : null;

    public Fault? OfRelease(string target) => Of(target, static (dice, random, name) => dice.OfRelease(random, name)) is [var one, ..] ? one : null;

    private IReadOnlyList<Fault> Of(string target, Func<FaultDice, DeterministicRandom, string, IEnumerable<Fault>> draw)
    {
        if (_dice is null)
            return _faults.FindAll(fault => fault.Target == target);
        var drawn = draw(_dice, _random!.Fork(Key(target)), target).ToArray(); // there is one where there are dice
        _faults.AddRange(drawn);
        return drawn;
    }

    private static long Key(string name)
    {
        var key = 17L;
        foreach (var letter in name)
            key = unchecked((key * 31) + letter);
        return key;
    }
}
