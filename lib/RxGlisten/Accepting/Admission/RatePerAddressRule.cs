using System.Net;
using System.Reactive.Concurrency;
using System.Runtime.InteropServices;

namespace RxGlisten;

/// <summary>
/// A token bucket for each address. A full one is as good as none, so those are forgotten now and then, and what is kept is bounded by the addresses that came within
/// the time in which a bucket fills up.
/// </summary>
internal sealed class RatePerAddressRule(int burst, TimeSpan interval, IStopwatch stopwatch) : IAdmissionRule
{
    private const int FewestToLookThrough = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, TokenBucket> _buckets = [];
    private int _lookThroughAt = FewestToLookThrough;

    /// <summary>How many buckets it keeps.</summary>
    public int Kept
    {
        get { lock (_lock) return _buckets.Count; }
    }

    public bool TryEnter(EndPoint remote)
    {
        if (AddressKey.Of(remote) is not { } address) return true;
        TimeSpan now = stopwatch.Elapsed;
        lock (_lock)
        {
            if (_buckets.Count >= _lookThroughAt) ForgetFull(now);
            return CollectionsMarshal.GetValueRefOrAddDefault(_buckets, address, out _).TryTake(now, burst, interval);
        }
    }

    public void Leave(EndPoint remote)
    {
    }

    private void ForgetFull(TimeSpan now)
    {
        foreach ((IPAddress address, TokenBucket bucket) in _buckets)
        {
            if (bucket.IsFull(now)) _buckets.Remove(address);
        }

        // Twice what is left, so that looking through all of them costs each newcomer a constant time.
        _lookThroughAt = Math.Max(FewestToLookThrough, 2 * _buckets.Count);
    }
}
