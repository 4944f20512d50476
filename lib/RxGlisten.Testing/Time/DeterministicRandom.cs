namespace RxGlisten.Testing;

/// <summary>
/// Random numbers that are the same for the same seed on every machine, thread and version of the runtime, which those of
/// <see cref="System.Random"/> need not be. Not thread-safe.
/// </summary>
/// <remarks>Source: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).</remarks>
public sealed class DeterministicRandom
{
    private readonly ulong _origin;
    private ulong _state;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">Any number.</param>
    public DeterministicRandom(long seed) => _origin = _state = Mix((ulong)seed + 0x9E3779B97F4A7C15);

    /// <summary>
    /// Another sequence, which depends on this one's seed and the key alone, and not on what was drawn from this one: so that who draws more
    /// here changes nothing there.
    /// </summary>
    /// <param name="key">Any number.</param>
    public DeterministicRandom Fork(long key) => new((long)Mix(_origin ^ Mix((ulong)key + 0xD1B54A32D192ED03)));

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number from 0 up to, but not including, the limit.</summary>
    /// <param name="limit">1 or more.</param>
    public long Next(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (long)Math.BigMul(NextBits(), (ulong)limit, out _);
    }

    /// <summary>A number from the first to the last, both included.</summary>
    /// <param name="first">The smallest.</param>
    /// <param name="last">The largest.</param>
    public int Between(int first, int last) => (int)(first + Next((long)last - first + 1));

    /// <summary>True so often.</summary>
    /// <param name="times">0 to <paramref name="outOf"/>.</param>
    /// <param name="outOf">1 or more.</param>
    public bool Chance(int times, int outOf) => Next(outOf) < times;

    /// <summary>One of them.</summary>
    /// <typeparam name="T">What they are.</typeparam>
    /// <param name="choices">At least one.</param>
    public T Pick<T>(IReadOnlyList<T> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        return choices[(int)Next(choices.Count)];
    }

    /// <summary>Random bytes, in memory of their own.</summary>
    /// <param name="count">How many.</param>
    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = (byte)(NextBits() >> 56);
        return bytes;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
