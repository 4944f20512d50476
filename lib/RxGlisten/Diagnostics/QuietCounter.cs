using System.Diagnostics.Metrics;

namespace RxGlisten;

/// <summary>
/// A counter whose listeners keep their faults to themselves: they are user code, and what counts here are closes and accepts that must not end of it. Not to be called
/// under a lock.
/// </summary>
internal sealed class QuietCounter(Meter meter, string name, string unit, string description)
{
    private readonly Counter<long> _counter = meter.CreateCounter<long>(name, unit, description);

    public void Add(long count = 1) => Add(count, []);

    /// <summary>One more of a kind, whose name is made only where somebody listens.</summary>
    public void Add<T>(string tag, T kind)
        where T : struct, Enum
    {
        if (_counter.Enabled)
            Add(1, [new(tag, kind.ToString())]);
    }

    private void Add(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            _counter.Add(count, tags);
        }
        catch (Exception)
        {
            // There is nowhere to tell it.
        }
    }
}
