using System.Diagnostics.CodeAnalysis;
using System.Reactive.Concurrency;

namespace RxGlisten.Demos.KeyValue;

/// <summary>
/// Values by their keys, some of which expire. An expired one is gone at its very tick, whoever asks; <see cref="Sweep"/> takes those out that nobody asks for.
/// All but <see cref="Gate"/> is used under it: one command at a time, as in Redis.
/// </summary>
internal sealed class Store
{
    private readonly Dictionary<byte[], Entry> _entries = new(ByteStringComparer.Instance);
    private readonly Dictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly SortedSet<Entry> _expiring = []; // those with a due time, the next one first
    private readonly IStopwatch _clock;

    public Store(IScheduler scheduler)
    {
        _lookup = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        _clock = scheduler.StartStopwatch();
    }

    /// <summary>Whoever uses the store holds it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>How many there are, expired ones that were not swept among them.</summary>
    public int Count => _entries.Count;

    /// <summary>... and how many of them expire.</summary>
    public int ExpiringCount => _expiring.Count;

    /// <summary>The clock that due times are of.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>The keys.</summary>
    public IEnumerable<byte[]> Keys
    {
        get
        {
            var now = Now;
            return _entries.Values.Where(entry => entry.Due is not { } due || due > now).Select(entry => entry.Key);
        }
    }

    /// <summary>Finds a value, unless it has expired.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out Entry? entry)
    {
        if (!_lookup.TryGetValue(key, out entry))
            return false;
        if (entry.Due is not { } due || due > Now)
            return true;
        Remove(entry);
        entry = null;
        return false;
    }

    /// <summary>Sets a value, which expires as it did before: never, if it is new.</summary>
    public Entry Set(ReadOnlySpan<byte> key, byte[] value)
    {
        if (!TryGet(key, out var entry))
        {
            entry = new Entry(key.ToArray());
            _entries.Add(entry.Key, entry);
        }

        entry.Value = value;
        return entry;
    }

    /// <summary>Says when a value expires.</summary>
    /// <param name="entry">Which.</param>
    /// <param name="due">On <see cref="Now"/>'s clock; null: never.</param>
    public void Expire(Entry entry, TimeSpan? due)
    {
        if (entry.Due is not null)
            _expiring.Remove(entry);
        entry.Due = due;
        if (due is not null)
            _expiring.Add(entry);
    }

    /// <summary>Removes a value.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        if (!TryGet(key, out var entry))
            return false;
        Remove(entry);
        return true;
    }

    /// <summary>Removes all.</summary>
    public void Clear()
    {
        _entries.Clear();
        _expiring.Clear();
    }

    /// <summary>Removes what has expired, so many at a time, for others wait meanwhile.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Sweep(int most)
    {
        var now = Now;
        for (var i = 0; i < most; i++)
        {
            if (_expiring.Min is not { } next || next.Due > now)
                return false;
            Remove(next);
        }

        return true;
    }

    private void Remove(Entry entry)
    {
        Expire(entry, null);
        _entries.Remove(entry.Key);
    }
}
