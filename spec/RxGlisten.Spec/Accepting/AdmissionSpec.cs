using System.Net;
using System.Reactive.Linq;
using NUnit.Framework;
using RxGlisten.Spec.Accepting.Doubles;
using RxGlisten.Spec.Harness;

namespace RxGlisten.Spec.Accepting;

/// <summary>Who is served at all, decided before there is a connection.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AdmissionSpec
{
    private readonly World _world = new();

    [Test]
    public void So_many_of_an_address_at_a_time_are_admitted()
    {
        Listener listener = _world.Bind();
        Recorder recorder = _world.Subscribe(listener.AdmitPerAddress(2));
        Assert.That(Connects("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2"), Is.EqualTo("++-+"));
        _world.Run(recorder.Connections[0].Abort);
        Assert.That(Connects("10.0.0.1", "10.0.0.1"), Is.EqualTo("+-"));
        Assert.That((listener.Ledger.Accepted, listener.Ledger.Rejected, listener.Connections.Count), Is.EqualTo((4L, 2L, 3)));
        Assert.That(listener.Slots.Free, Is.EqualTo(100 - 3 - 10), "ten acceptors have one each");
    }

    [Test]
    public void An_IPv6_address_counts_by_its_network_and_a_mapped_one_as_IPv4()
    {
        _world.Subscribe(_world.Bind().AdmitPerAddress(1));
        Assert.That(Connects("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "10.0.0.1", "::ffff:10.0.0.1"), Is.EqualTo("+-++-"));
    }

    [Test]
    public void A_rate_admits_a_burst_and_then_one_an_interval()
    {
        _world.Subscribe(_world.Bind().AdmitRate(3, TimeSpan.FromSeconds(1), _world.Time));
        Assert.That(Connects("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"), Is.EqualTo("+++-"));
        _world.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.That(Connects("10.0.0.4"), Is.EqualTo("-"));
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That(Connects("10.0.0.4", "10.0.0.5"), Is.EqualTo("+-"));
        _world.Advance(TimeSpan.FromHours(1));
        Assert.That(Connects("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"), Is.EqualTo("+++-"), "no more than a burst is saved up");
    }

    [Test]
    public void A_rate_for_each_address_holds_up_nobody_else()
    {
        _world.Subscribe(_world.Bind().AdmitRatePerAddress(1, TimeSpan.FromSeconds(1), _world.Time));
        Assert.That(Connects("10.0.0.1", "10.0.0.1", "10.0.0.2"), Is.EqualTo("+-+"));
        _world.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Connects("10.0.0.1"), Is.EqualTo("+"));
    }

    [Test]
    public void The_banned_are_not_admitted_until_their_time_is_over()
    {
        var bans = new BanList(_world.Time);
        bans.Add(IPAddress.Parse("10.0.0.1"), TimeSpan.FromMinutes(1));
        bans.Add(IPNetwork.Parse("10.1.0.0/16"), Timeout.InfiniteTimeSpan);
        _world.Subscribe(_world.Bind().Admit(bans));
        Assert.That(Connects("10.0.0.1", "::ffff:10.0.0.1", "10.1.2.3", "10.2.0.1"), Is.EqualTo("---+"));
        _world.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        Assert.That(Connects("10.0.0.1"), Is.EqualTo("-"));
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.That(Connects("10.0.0.1", "10.1.2.3"), Is.EqualTo("+-"));
        Assert.That((bans.Remove(IPNetwork.Parse("10.1.0.0/16")), bans.Remove(IPAddress.Parse("10.9.9.9"))), Is.EqualTo((true, false)));
        Assert.That(Connects("10.1.2.3"), Is.EqualTo("+"));
    }

    [Test]
    public void All_that_are_chained_have_to_admit_and_a_refusal_costs_the_others_nothing()
    {
        string[] admitted = ["10.0.0.1"];
        _world.Subscribe(_world.Bind().AdmitPerAddress(1).Admit(remote => admitted.Contains(((IPEndPoint)remote).Address.ToString())));
        Assert.That(Connects("10.0.0.2", "10.0.0.2", "10.0.0.1"), Is.EqualTo("--+"));
        admitted = ["10.0.0.2"];
        Assert.That(Connects("10.0.0.2"), Is.EqualTo("+"), "the refused were not counted");
    }

    [Test]
    public void Behind_another_operator_they_decide_when_they_are_told()
    {
        Listener listener = _world.Bind();
        Recorder recorder = _world.Subscribe(listener.Where(_ => true).AdmitPerAddress(1));
        ScriptedConnection[] connections = [_world.Connect("10.0.0.1"), _world.Connect("10.0.0.1"), _world.Connect("10.0.0.2")];
        Assert.That(connections.Select(connection => connection.IsAborted), Is.EqualTo(new[] { false, true, false }));
        Assert.That((recorder.Connections.Count, listener.Ledger.Accepted, listener.Ledger.Closed), Is.EqualTo((2, 3L, 1L)));
        _world.Run(recorder.Connections[0].Abort);
        _world.Connect("10.0.0.1");
        Assert.That(recorder.Connections, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_predicate_that_throws_says_no_and_accepting_goes_on()
    {
        bool throws = true;
        Listener listener = _world.Bind();
        _world.Subscribe(listener.Admit(_ => throws ? throw new InvalidOperationException("Meant to be.") : true));
        Assert.That(Connects("10.0.0.1"), Is.EqualTo("-"));
        throws = false;
        Assert.That(Connects("10.0.0.1"), Is.EqualTo("+"));
    }

    [Test]
    public void A_predicate_that_throws_behind_another_operator_says_no_and_the_query_goes_on()
    {
        bool throws = true;
        using var log = new LogRecorder();
        Listener listener = _world.Bind(_world.Options with { LoggerFactory = log });
        _world.Subscribe(listener.Where(_ => true).Admit(_ => throws ? throw new InvalidOperationException("Meant to be.") : true));
        Assert.That(Connects("10.0.0.1"), Is.EqualTo("-"));
        throws = false;
        Assert.That(Connects("10.0.0.1"), Is.EqualTo("+"));
        Assert.That(log.Entries, Has.One.Contains("Meant to be."));
    }

    [Test]
    public void A_rule_that_throws_admits_nobody_and_accepting_goes_on()
    {
        using var log = new LogRecorder();
        var clock = new FaultyClock(_world.Time);
        Listener listener = _world.Bind(_world.Options with { LoggerFactory = log });
        Recorder recorder = _world.Subscribe(listener.AdmitPerAddress(1).AdmitRate(5, TimeSpan.FromSeconds(1), clock));
        clock.IsBroken = true;
        const int More = 7; // than acceptors may be restarted
        Assert.That(Connects([.. Enumerable.Repeat("10.0.0.1", More)]), Is.EqualTo(new string('-', More)));
        Assert.That(log.Entries, Has.Exactly(More).Contains("Meant to be."));
        Assert.That((listener.Ledger.Accepted, listener.Ledger.Rejected, recorder.Error, recorder.IsCompleted), Is.EqualTo((0L, (long)More, (Exception?)null, false)));
        Assert.That(listener.Slots.Free, Is.EqualTo(100 - 10), "ten acceptors have one each");
        clock.IsBroken = false;
        Assert.That(Connects("10.0.0.1"), Is.EqualTo("+"), "the rule before it has not counted the refused");
        Task<DrainResult> stop = _world.Run(() => listener.StopAsync(TimeSpan.FromSeconds(1)));
        _world.Advance(TimeSpan.FromSeconds(1));
        Assert.That(World.ResultOf(stop), Is.EqualTo(new DrainResult(Finished: 0, Cut: 1)), "nothing is under way any more");
    }

    [TestCase(1, "+---")]
    [TestCase(3, "+++-")]
    [TestCase(int.MaxValue, "++++")]
    public void A_rate_may_take_as_long_as_there_is_time(int burst, string admitted)
    {
        foreach (TimeSpan interval in new[] { TimeSpan.MaxValue, TimeSpan.MaxValue / 2 })
        {
            var world = new World();
            world.Advance(TimeSpan.FromDays(1));
            world.Subscribe(world.Bind().AdmitRate(burst, interval, world.Time));
            world.Advance(TimeSpan.FromDays(1));
            Assert.That(Enumerable.Repeat("10.0.0.1", 4).Select(address => world.Connect(address).IsAborted ? '-' : '+'), Is.EqualTo(admitted), $"{interval}");
        }
    }

    [Test]
    public void Full_buckets_are_forgotten()
    {
        var rule = new RatePerAddressRule(1, TimeSpan.FromSeconds(1), _world.Time.StartStopwatch());
        for (int second = 0; second < 100; second++)
        {
            for (int i = 0; i < 100; i++) Assert.That(rule.TryEnter(new IPEndPoint(new IPAddress([10, 0, (byte)second, (byte)i]), 1)));
            _world.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(rule.Kept, Is.LessThanOrEqualTo(1124));
    }

    [Test]
    public void Bans_that_are_over_are_forgotten_though_the_banned_never_come_again()
    {
        var bans = new BanList(_world.Time);
        var lasting = IPAddress.Parse("192.0.2.1");
        bans.Add(lasting, Timeout.InfiniteTimeSpan);
        for (int i = 0; i < 100_000; i++)
        {
            if (i % 100 == 0) _world.Advance(TimeSpan.FromSeconds(1));
            byte[] address = [10, (byte)(i >> 16), (byte)(i >> 8), (byte)i];
            if (i % 2 == 0) bans.Add(new IPAddress(address), TimeSpan.FromSeconds(1));
            else bans.Add(new IPNetwork(new IPAddress(address), 32), TimeSpan.FromSeconds(1));
            Assert.That(bans.Kept, Is.LessThanOrEqualTo(1024), "a hundred of them at most have not ended");
        }

        Assert.That(bans.Contains(new IPEndPoint(lasting, 1)));
    }

    [Test]
    public void Bans_that_last_are_kept_however_many_there_are()
    {
        var bans = new BanList(_world.Time);
        IPAddress[] banned = [.. Enumerable.Range(0, 5000).Select(i => new IPAddress([10, 0, (byte)(i >> 8), (byte)i]))];
        foreach (IPAddress address in banned) bans.Add(address, TimeSpan.FromHours(1));
        _world.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        bans.Add(IPAddress.Parse("192.0.2.1"), TimeSpan.FromHours(1));
        Assert.That(banned.All(address => bans.Contains(new IPEndPoint(address, 1))));
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void Numbers_out_of_range_are_named(int number)
    {
        Listener listener = _world.Bind();
        Assert.That(() => listener.AdmitPerAddress(number), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("most"));
        Assert.That(() => listener.AdmitRate(number, TimeSpan.FromSeconds(1), _world.Time), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => listener.AdmitRate(1, TimeSpan.FromSeconds(number), _world.Time), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    /// <summary>A + for each that was admitted.</summary>
    private string Connects(params string[] addresses) =>
        string.Concat(addresses.Select(address => _world.Connect(address).IsAborted ? '-' : '+'));
}
