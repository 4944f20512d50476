using System.Net;
using System.Reactive.Concurrency;

namespace RxGlisten;

/// <summary>
/// Addresses and networks that are not admitted, for a while or for good: for <see cref="AdmissionExtensions.Admit(IObservable{IConnection}, BanList)"/>. All members
/// are thread-safe. Bans that are over are forgotten as others are added, so that it keeps a thousand, or twice as many as last at the time. Networks are looked through one by one.
/// </summary>
/// <param name="scheduler">Whose stopwatch measures how long a ban lasts.</param>
public sealed class BanList(IScheduler scheduler)
{
    private const int FewestToLookThrough = 1024;

    private readonly IStopwatch _stopwatch = scheduler.StartStopwatch();
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, TimeSpan> _addresses = []; // and until when
    private readonly Dictionary<IPNetwork, TimeSpan> _networks = [];
    private int _lookThroughAt = FewestToLookThrough;

    /// <summary>How many bans it keeps.</summary>
    internal int Kept
    {
        get
        {
            lock (_lock) return _addresses.Count + _networks.Count;
        }
    }

    /// <summary>Bans an address, anew if it is banned already. IPv4 addresses ban their IPv4-mapped IPv6 form too.</summary>
    /// <param name="address">Whom.</param>
    /// <param name="time">For how long; <see cref="Timeout.InfiniteTimeSpan"/> for good.</param>
    public void Add(IPAddress address, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(address);
        Add(_addresses, Plain(address), time);
    }

    /// <summary>Bans a network.</summary>
    /// <param name="network">Whom.</param>
    /// <param name="time">For how long; <see cref="Timeout.InfiniteTimeSpan"/> for good.</param>
    public void Add(IPNetwork network, TimeSpan time) => Add(_networks, network, time);

    /// <summary>Takes the ban of an address back; of networks that contain it, it does not.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        lock (_lock) return _addresses.Remove(Plain(address));
    }

    /// <summary>Takes the ban of a network back.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(IPNetwork network)
    {
        lock (_lock) return _networks.Remove(network);
    }

    /// <summary>Whether a peer is banned now. One without an IP address never is.</summary>
    /// <param name="remote">Its endpoint.</param>
    public bool Contains(EndPoint remote)
    {
        if (remote is not IPEndPoint { Address: var given }) return false;
        IPAddress address = Plain(given);
        TimeSpan now = _stopwatch.Elapsed;
        lock (_lock)
        {
            if (_addresses.TryGetValue(address, out TimeSpan until))
            {
                if (now < until) return true;
                _addresses.Remove(address);
            }

            foreach ((IPNetwork network, TimeSpan end) in _networks)
            {
                if (now >= end) _networks.Remove(network);
                else if (network.Contains(address)) return true;
            }
        }

        return false;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private void Add<T>(Dictionary<T, TimeSpan> bans, T banned, TimeSpan time)
        where T : notnull
    {
        bool isForGood = time == Timeout.InfiniteTimeSpan;
        if (!isForGood) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        TimeSpan now = _stopwatch.Elapsed;
        lock (_lock)
        {
            if (_addresses.Count + _networks.Count >= _lookThroughAt) ForgetOver(now);
            bans[banned] = isForGood || time > TimeSpan.MaxValue - now ? TimeSpan.MaxValue : now + time;
        }
    }

    private void ForgetOver(TimeSpan now)
    {
        ForgetOver(_addresses, now);
        ForgetOver(_networks, now);

        // Twice what is left, so that looking through all of them costs each new one a constant time.
        _lookThroughAt = Math.Max(FewestToLookThrough, 2 * (_addresses.Count + _networks.Count));
    }

    private static void ForgetOver<T>(Dictionary<T, TimeSpan> bans, TimeSpan now)
        where T : notnull
    {
        foreach ((T banned, TimeSpan until) in bans)
        {
            if (now >= until) bans.Remove(banned);
        }
    }
}
