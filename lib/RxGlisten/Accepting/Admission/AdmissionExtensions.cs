using System.Net;
using System.Reactive.Concurrency;

namespace RxGlisten;

/// <summary>
/// Who is served at all. A connection that is not admitted is reset and not told of. Written straight on a listener
/// (<c>listener.AdmitPerAddress(20).Admit(bans).Serve(...)</c>), or on one another, they decide when a connection was accepted and before its TLS handshake, so
/// that a refusal costs next to nothing, and count as <c>rxglisten.connections.rejected</c>; anywhere else they decide when they are told of a connection.
/// <para>
/// Each is cold over its source, and its counts are those of one subscription. The calls of its observer are its source's. What has no address, as unix sockets have none, is
/// always admitted by what counts by address. An IPv6 address counts by its first 64 bits (RFC 4291, 2.5.4), which are one host's or one household's.
/// </para>
/// </summary>
public static class AdmissionExtensions
{
    /// <summary>At most so many connections of an address at a time.</summary>
    /// <param name="connections">A listener.</param>
    /// <param name="most">How many; 1 or more.</param>
    public static IObservable<IConnection> AdmitPerAddress(this IObservable<IConnection> connections, int most)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return new AdmissionSequence(connections, () => new PerAddressRule(most));
    }

    /// <summary>So many connections at once, and one more each time the interval is over (a token bucket).</summary>
    /// <param name="connections">A listener.</param>
    /// <param name="burst">How many at once; 1 or more.</param>
    /// <param name="interval">How long one more takes; more than zero.</param>
    /// <param name="scheduler">Whose stopwatch measures it; while it throws nobody is admitted, which is logged.</param>
    public static IObservable<IConnection> AdmitRate(this IObservable<IConnection> connections, int burst, TimeSpan interval, IScheduler scheduler)
    {
        Check(connections, burst, interval, scheduler);
        return new AdmissionSequence(connections, () => new RateRule(burst, interval, scheduler.StartStopwatch()));
    }

    /// <summary>The same for each address by itself.</summary>
    /// <param name="connections">A listener.</param>
    /// <param name="burst">How many at once; 1 or more.</param>
    /// <param name="interval">How long one more takes; more than zero.</param>
    /// <param name="scheduler">Whose stopwatch measures it; while it throws nobody is admitted, which is logged.</param>
    public static IObservable<IConnection> AdmitRatePerAddress(this IObservable<IConnection> connections, int burst, TimeSpan interval, IScheduler scheduler)
    {
        Check(connections, burst, interval, scheduler);
        return new AdmissionSequence(connections, () => new RatePerAddressRule(burst, interval, scheduler.StartStopwatch()));
    }

    /// <summary>None of those that are banned when they come. Who is banned later stays connected.</summary>
    /// <param name="connections">A listener.</param>
    /// <param name="bans">Who is banned; it may change at any time.</param>
    public static IObservable<IConnection> Admit(this IObservable<IConnection> connections, BanList bans)
    {
        ArgumentNullException.ThrowIfNull(bans);
        return connections.Admit(remote => !bans.Contains(remote));
    }

    /// <summary>Those of whom the predicate says yes.</summary>
    /// <param name="connections">A listener.</param>
    /// <param name="predicate">Whether the peer of this address is admitted. Called on any thread; one that throws says no, and is logged.</param>
    public static IObservable<IConnection> Admit(this IObservable<IConnection> connections, Func<EndPoint, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(predicate);
        return new AdmissionSequence(connections, () => new PredicateRule(predicate));
    }

    private static void Check(IObservable<IConnection> connections, int burst, TimeSpan interval, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(scheduler);
    }
}
