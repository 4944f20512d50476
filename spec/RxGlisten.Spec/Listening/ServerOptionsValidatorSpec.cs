using NUnit.Framework;

namespace RxGlisten.Spec.Listening;

public sealed class ServerOptionsValidatorSpec
{
    private static readonly ServerOptions Fine = new();
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private static IEnumerable<TestCaseData> OutOfRange()
    {
        const string OneOrMore = "1 or more";
        yield return Case(Fine with { Acceptors = 0 }, nameof(ServerOptions.Acceptors), "0", "1 to 1024");
        yield return Case(Fine with { Acceptors = 1025 }, nameof(ServerOptions.Acceptors), "1025", "1 to 1024");
        yield return Case(Fine with { Backlog = 0 }, nameof(ServerOptions.Backlog), "0", OneOrMore);
        yield return Case(Fine with { MaxConnections = 0 }, nameof(ServerOptions.MaxConnections), "0", OneOrMore);
        yield return Case(Fine with { AtLimit = (AtLimitPolicy)9 }, nameof(ServerOptions.AtLimit), "9", "Wait, Close");
        yield return Case(Fine with { UnixFileMode = UnixFileMode.None }, nameof(ServerOptions.UnixFileMode), "None", "UserRead and UserWrite");
        yield return Case(
            Fine with { UnixFileMode = Fine.UnixFileMode | UnixFileMode.SetUser }, nameof(ServerOptions.UnixFileMode), "SetUser", "permissions only");
        yield return Case(Fine with { HeldBytesLimit = 0 }, nameof(ServerOptions.HeldBytesLimit), "0", OneOrMore);
        yield return Case(Fine with { ReceiveBufferBytes = 0 }, nameof(ServerOptions.ReceiveBufferBytes), "0", "1 to 1073741824");
        yield return Case(
            Fine with { ReceiveBufferBytes = 1073741825 }, nameof(ServerOptions.ReceiveBufferBytes), "1073741825", "1 to 1073741824");
        yield return Case(Fine with { KernelSendBufferBytes = 0 }, nameof(ServerOptions.KernelSendBufferBytes), "0", "1 to 1073741824");
        yield return Case(Fine with { KernelReceiveBufferBytes = -1 }, nameof(ServerOptions.KernelReceiveBufferBytes), "-1", "1 to 1073741824");
        yield return Case(Fine with { KeepAlive = new KeepAlive { Time = TimeSpan.Zero } }, "KeepAlive.Time", "00:00:00", "whole seconds, 1 to 32767");
        yield return Case(
            Fine with { KeepAlive = new KeepAlive { Time = TimeSpan.FromSeconds(32_768) } }, "KeepAlive.Time", "09:06:08", "whole seconds, 1 to 32767");
        yield return Case(
            Fine with { KeepAlive = new KeepAlive { Interval = TimeSpan.FromSeconds(1.5) } }, "KeepAlive.Interval", "00:00:01.5", "whole seconds, 1 to 32767");
        yield return Case(Fine with { KeepAlive = new KeepAlive { Count = 0 } }, "KeepAlive.Count", "0", "1 to 127");
        yield return Case(Fine with { KeepAlive = new KeepAlive { Count = 128 } }, "KeepAlive.Count", "128", "1 to 127");
        yield return Case(Fine with { OutboundHighWaterBytes = 0 }, nameof(ServerOptions.OutboundHighWaterBytes), "0", OneOrMore);
        yield return Case(
            Fine with { OutboundHighWaterBytes = 10, OutboundLimitBytes = 9 },
            nameof(ServerOptions.OutboundLimitBytes),
            "9",
            "at least OutboundHighWaterBytes (10)");
        yield return Case(
            Fine with { SlowConsumerPolicy = (SlowConsumerPolicy)9 }, nameof(ServerOptions.SlowConsumerPolicy), "9", "Disconnect, DropNewest, DropOldest");
        foreach (SlowConsumerPolicy drop in new[] { SlowConsumerPolicy.DropNewest, SlowConsumerPolicy.DropOldest })
            yield return Case(
                Fine with { SlowConsumerPolicy = drop }, nameof(ServerOptions.SlowConsumerPolicy), drop.ToString(), "set DropsAreWholeMessages");
        yield return Case(Fine with { AbnormalClosure = (AbnormalClosure)9 }, nameof(ServerOptions.AbnormalClosure), "9", "Complete, Error");
        foreach ((string option, Func<TimeSpan, ServerOptions> with) in Durations())
        {
            yield return Case(with(TimeSpan.FromSeconds(-1)), option, "-00:00:01", "Timeout.InfiniteTimeSpan");
            yield return Case(with(LongestTimer + TimeSpan.FromTicks(1)), option, "49.17:02:47.2940001", "about 49 days");
            if (!MayBeZero(option)) yield return Case(with(TimeSpan.Zero), option, "00:00:00", "more than zero");
        }
    }

    private static IEnumerable<(string Option, Func<TimeSpan, ServerOptions> With)> Durations() =>
    [
        (nameof(ServerOptions.HoldTimeout), t => Fine with { HoldTimeout = t }),
        (nameof(ServerOptions.SendTimeout), t => Fine with { SendTimeout = t }),
        (nameof(ServerOptions.IdleTimeout), t => Fine with { IdleTimeout = t }),
        (nameof(ServerOptions.HalfOpenTimeout), t => Fine with { HalfOpenTimeout = t }),
        (nameof(ServerOptions.LingerTimeout), t => Fine with { LingerTimeout = t }),
        (nameof(ServerOptions.UnclaimedTimeout), t => Fine with { UnclaimedTimeout = t }),
        (nameof(ServerOptions.MaximumAge), t => Fine with { MaximumAge = t }),
        (nameof(ServerOptions.DrainTimeout), t => Fine with { DrainTimeout = t }),
    ];

    private static bool MayBeZero(string option) => option is nameof(ServerOptions.LingerTimeout) or nameof(ServerOptions.DrainTimeout);

    private static TestCaseData Case(ServerOptions options, string option, string value, string rule) =>
        new TestCaseData(options, option, value, rule).SetArgDisplayNames(option, value);

    [TestCaseSource(nameof(OutOfRange))]
    public void An_option_out_of_its_range_is_named_with_its_value_and_range(ServerOptions options, string option, string value, string rule)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => ServerOptionsValidator.Validate(options));
        Assert.That(error!.ParamName, Is.EqualTo(option));
        Assert.That(error.Message, Does.StartWith(option + " ").And.Contain(value).And.Contain(rule));
    }

    [Test]
    public void The_defaults_are_those_that_are_promised()
    {
        var options = new ServerOptions();
        Assert.Multiple(() =>
        {
            Assert.That((options.Acceptors, options.Backlog, options.MaxConnections, options.AtLimit), Is.EqualTo((10, 1024, (int?)null, AtLimitPolicy.Wait)));
            Assert.That((options.NoDelay, options.ReuseAddress), Is.EqualTo((true, true)));
            Assert.That((options.KernelSendBufferBytes, options.KernelReceiveBufferBytes), Is.EqualTo(((int?)null, (int?)null)));
            Assert.That(options.UnixFileMode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That((options.FlowControl, options.HeldBytesLimit, options.ReceiveBufferBytes), Is.EqualTo((FlowControl.Once, 1L << 20, 64 * 1024)));
            Assert.That((options.OutboundHighWaterBytes, options.OutboundLimitBytes), Is.EqualTo((64L * 1024, 16L << 20)));
            Assert.That((options.SlowConsumerPolicy, options.DropsAreWholeMessages), Is.EqualTo((SlowConsumerPolicy.Disconnect, false)));
            Assert.That((options.SendTimeout, options.HalfOpenTimeout, options.LingerTimeout), Is.EqualTo((Seconds(30), Seconds(60), Seconds(5))));
            Assert.That((options.UnclaimedTimeout, options.DrainTimeout), Is.EqualTo((Seconds(30), Seconds(30))));
            Assert.That(new[] { options.IdleTimeout, options.MaximumAge, options.HoldTimeout }, Is.All.EqualTo(Timeout.InfiniteTimeSpan));
            Assert.That(options.Scheduler, Is.SameAs(System.Reactive.Concurrency.Scheduler.Default));
        });

        static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
    }

    [Test]
    public void The_defaults_are_fine() => Assert.That(() => ServerOptionsValidator.Validate(Fine), Throws.Nothing);

    [Test]
    public void Every_duration_may_be_infinite_or_as_long_as_a_timer_and_two_may_be_zero()
    {
        foreach ((string option, Func<TimeSpan, ServerOptions> with) in Durations())
        {
            ServerOptionsValidator.Validate(with(Timeout.InfiniteTimeSpan));
            ServerOptionsValidator.Validate(with(LongestTimer));
            ServerOptionsValidator.Validate(with(TimeSpan.FromTicks(1)));
            if (MayBeZero(option)) ServerOptionsValidator.Validate(with(TimeSpan.Zero));
        }
    }

    [Test]
    public void Every_duration_of_the_options_is_checked_here() =>
        Assert.That(
            Durations().Select(d => d.Option),
            Is.EquivalentTo(typeof(ServerOptions).GetProperties().Where(p => p.PropertyType == typeof(TimeSpan)).Select(p => p.Name)));

    [Test]
    public void The_edges_of_the_ranges_are_inside()
    {
        ServerOptionsValidator.Validate(Fine with
        {
            Acceptors = 1, Backlog = 1, MaxConnections = 1, HeldBytesLimit = 1, ReceiveBufferBytes = 1, OutboundHighWaterBytes = 1, OutboundLimitBytes = 1,
            KernelSendBufferBytes = 1, KernelReceiveBufferBytes = 1,
            KeepAlive = new KeepAlive { Time = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromSeconds(1), Count = 1 },
        });
        ServerOptionsValidator.Validate(Fine with
        {
            Acceptors = 1024,
            Backlog = int.MaxValue,
            MaxConnections = int.MaxValue,
            HeldBytesLimit = long.MaxValue,
            ReceiveBufferBytes = 1 << 30,
            KernelSendBufferBytes = 1 << 30,
            KernelReceiveBufferBytes = 1 << 30,
            KeepAlive = new KeepAlive { Time = TimeSpan.FromSeconds(32_767), Interval = TimeSpan.FromSeconds(32_767), Count = 127 },
            OutboundHighWaterBytes = long.MaxValue,
            OutboundLimitBytes = long.MaxValue,
            UnixFileMode = (UnixFileMode)0x1FF,
            SlowConsumerPolicy = SlowConsumerPolicy.DropOldest,
            DropsAreWholeMessages = true,
        });
    }

    [Test]
    public void No_scheduler_and_no_options_are_argument_errors()
    {
        Assert.That(
            () => ServerOptionsValidator.Validate(Fine with { Scheduler = null! }),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo(nameof(ServerOptions.Scheduler)));
        Assert.That(() => ServerOptionsValidator.Validate(null!), Throws.ArgumentNullException);
    }
}
