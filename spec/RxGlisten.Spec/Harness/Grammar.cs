using NUnit.Framework;

namespace RxGlisten.Spec.Harness;

/// <summary>Checks the calls that one observer is given by the Rx grammar: one at a time, and nothing after the end. A breach fails the spec that runs.</summary>
internal sealed class Grammar
{
    private readonly string _spec = TestContext.CurrentContext.Test.FullName;
    private string? _breach;
    private int _calls;
    private volatile bool _over;

    /// <summary>Whether the end was told.</summary>
    public bool IsOver => _over;

    /// <summary>A call begins.</summary>
    /// <returns>Whether it may come, as for what follows the end it may not.</returns>
    public bool Enter(string call)
    {
        var isAlone = Interlocked.Increment(ref _calls) == 1;
        if (!isAlone)
            Breach($"{call} came while another call was running");
        if (!_over)
            return true;
        Breach($"{call} came after the end");
        return false;
    }

    /// <summary>The call that runs is of the end.</summary>
    public void End() => _over = true;

    /// <summary>A call is over.</summary>
    public void Leave() => Interlocked.Decrement(ref _calls);

    /// <summary>Throws when it was broken.</summary>
    public void Check()
    {
        if (_breach is not null)
            throw new InvalidOperationException(_breach);
    }

    private void Breach(string what)
    {
        var breach = $"The Rx grammar was broken: {what}, for an observer of {_spec}.";
        _breach ??= breach;
        GrammarBreaches.Add(breach);
    }
}
